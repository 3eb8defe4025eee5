-- What the server of this plugin is told; all else has its default.
coreDirectory = "data"
dataPackDirectory = "data-arena"
mapName = "arena"
worldType = "no-pvp"
