//! Who is at work when: looked up rather than searched for, since every contact asks.

use super::Clock;
use super::words::CentreWords;
use super::world::{Agent, DAY, HOUR};

/// Hours after which the shifts begin anew.
const HOURS: Clock = 7 * 24;

/// Agents who can do the same thing, as indices in the order of the roster.
pub(super) struct Group {
    pub(super) members: Vec<usize>,
    /// Those on shift in each hour since the first local midnight, modulo a week.
    by_hour: Vec<Vec<usize>>,
}

impl Group {
    fn new(agents: &[Agent], belongs: impl Fn(&Agent) -> bool) -> Self {
        let members: Vec<usize> = (0..agents.len())
            .filter(|&index| belongs(&agents[index]))
            .collect();
        let on_shift = |hour: Clock| {
            let members = members.iter().copied();
            members
                .filter(|&index| agents[index].on_shift(hour * HOUR))
                .collect()
        };
        Self {
            by_hour: (0..HOURS).map(on_shift).collect(),
            members,
        }
    }

    /// The members on shift at a local instant.
    pub(super) fn at_work(&self, at: Clock) -> &[usize] {
        let hour = at.rem_euclid(7 * DAY) / HOUR;
        self.by_hour.get(hour as usize).map_or(&[], Vec::as_slice)
    }
}

/// The groups that contacts call for.
pub(super) struct Roster {
    pub(super) everyone: Group,
    /// Those who take calls of any queue.
    pub(super) telephone: Group,
    /// Those who chat.
    pub(super) desk: Group,
    queues: Vec<(String, Group)>,
    nobody: Group,
}

impl Roster {
    pub(super) fn new(agents: &[Agent], words: &CentreWords) -> Self {
        let team = |agent: &Agent| &words.team[agent.team];
        let mut names: Vec<&String> = words.team.iter().flat_map(|team| &team.queues).collect();
        names.sort_unstable();
        names.dedup();
        let of_queue = |name: &String| {
            let group = Group::new(agents, |agent| team(agent).queues.contains(name));
            (name.clone(), group)
        };
        Self {
            everyone: Group::new(agents, |_| true),
            telephone: Group::new(agents, |agent| !team(agent).queues.is_empty()),
            desk: Group::new(agents, |agent| team(agent).chats),
            queues: names.into_iter().map(of_queue).collect(),
            nobody: Group::new(agents, |_| false),
        }
    }

    /// Those who take calls of a queue.
    pub(super) fn of_queue(&self, queue: &str) -> &Group {
        let known = self.queues.iter().find(|(name, _)| name == queue);
        known.map_or(&self.nobody, |(_, group)| group)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::plan;
    use super::super::words::Taxonomy;
    use super::super::world::World;
    use super::*;

    #[test]
    fn the_roster_has_whoever_is_on_shift() {
        let plan = plan(20, 700);
        let world = World::new(&plan, &Taxonomy::builtin()).unwrap();
        for at in (0..20 * DAY).step_by(1_777) {
            let serves = |index: &usize| {
                let agent = &world.agents[*index];
                agent.on_shift(at) && world.words.team[agent.team].queues.contains(&"投诉".into())
            };
            let searched: Vec<usize> = (0..world.agents.len()).filter(serves).collect();
            assert_eq!(world.roster.of_queue("投诉").at_work(at), searched, "{at}");
        }
        assert!(world.roster.of_queue("?").members.is_empty());
    }
}
