--- What clients of a load test do unless they are given a script: they stroll about, look round, and talk now and then.

local STEP_MS, STEPS_A_WORD = 600, 8
local sides = { North, East, South, West }

-- Nobody begins in step with the others.
wait(math.random(STEP_MS))
while true do
    for _ = 1, STEPS_A_WORD do
        g_game.walk(sides[math.random(#sides)])
        wait(STEP_MS)
    end
    g_game.turn(sides[math.random(#sides)])
    g_game.talk("Number " .. number .. " was here.")
    wait(STEP_MS)
end
