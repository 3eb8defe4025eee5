"""Parties: who invites whom, who leads, who leaves."""

from __future__ import annotations

import pytest
from tests.realms.canary.fights import field, told
from tests.realms.canary.servers import DIALECTS

from tibicen.realms.canary.server import Dialect


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_party_is_made_by_an_invitation_and_ends_with_its_last_member(dialect: Dialect) -> None:
    with field(dialect) as kit:
        told(kit, "Bob")
        made = kit.run("""
            party = Party(ann)
            party:addInvite(bob)
            local own = ann:getParty() == party and party:getLeader() == ann
            return { own, party:getMemberCount(), party:getInviteeCount() }
        """)
        assert list(made) == [True, 0, 1]
        assert any("Ann has invited you to" in text for text in told(kit, "Bob"))
        joined = kit.run("""
            party:addMember(bob)
            return { party:getMemberCount(), bob:getParty() == party, #party:getMembers() }
        """)
        assert list(joined) == [1, True, 1]
        kit.run("party:removeMember(bob)")
        assert kit.run("return bob:getParty() == nil")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_leader_passes_on_and_disbands(dialect: Dialect) -> None:
    with field(dialect) as kit:
        assert kit.run("""
            local party = Party(ann)
            party:addInvite(bob)
            party:addMember(bob)
            local passed = party:setLeader(bob) and party:getLeader() == bob
            party:disband()
            return passed and ann:getParty() == nil and bob:getParty() == nil
        """)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_experience_is_shared_when_all_fit(dialect: Dialect) -> None:
    with field(dialect) as kit:
        assert kit.run("""
            local party = Party(ann)
            party:addInvite(bob)
            party:addMember(bob)
            return party:setSharedExperience(true) and party:isSharedExperienceActive()
        """)
