//! What customers and quality control think of a contact.

use super::centre::{Centre, Contact};
use super::records::{Evaluation, Survey};
use super::world::{DAY, HOUR, MINUTE};

/// Share of contacts that are invited to rate, and of invitations that are answered.
const INVITED: f64 = 0.3;
const ANSWERED: f64 = 0.38;

/// Share of contacts that quality control checks, and of those of people hired within 90 days.
const CHECKED: f64 = 0.027;
const CHECKED_WHEN_NEW: f64 = 0.06;

impl Centre<'_> {
    /// Invites some customers to rate the contact; some of them do.
    pub(super) fn survey(&mut self, contact: &Contact) {
        let end = self.world.end();
        let texts = &self.world.words.text;
        let dice = &mut self.quality_dice;
        let sent = contact.ended + dice.between(30, 180);
        if !dice.chance(INVITED) || sent >= end {
            return;
        }
        let answered = sent + dice.lognormal(6.0 * MINUTE as f64, 1.1) as i64;
        let answered = (dice.chance(ANSWERED) && answered < end).then_some(answered);
        let score = answered.map(|_| Self::rating(dice, contact.solved, 0));
        let (mut comment, mut feedback) = ("", "");
        if let Some(score) = score.filter(|_| dice.chance(0.4)) {
            (comment, feedback) = match score {
                _ if dice.chance(0.12) => (dice.text(&texts.hint), "suggestion"),
                4.. => (dice.text(&texts.happy), "positive"),
                _ => (dice.text(&texts.unhappy), "negative"),
            };
        }
        self.records.survey(Survey {
            survey_id: format!("V{:06}", self.records.numbers.surveys + 1),
            contact_ref: contact.reference.clone(),
            sent,
            answered,
            score,
            comment: comment.to_owned(),
            feedback,
        });
    }

    /// Checks some contacts against the script, within two days, in office hours.
    pub(super) fn evaluate(&mut self, contact: &Contact) {
        let world = self.world;
        let agent = &world.agents[contact.agent];
        let new = (world.plan.start - agent.hired_on).num_days() < 90;
        let dice = &mut self.quality_dice;
        let checked = dice.chance(if new { CHECKED_WHEN_NEW } else { CHECKED });
        let day = (contact.ended / DAY + dice.between(1, 2)) * DAY;
        let evaluated = day + dice.between(9 * HOUR, 18 * HOUR);
        if !checked || evaluated >= world.end() {
            return;
        }
        self.records.numbers.evaluations += 1;
        let id = self.records.numbers.evaluations;
        let evaluator = dice.text(&world.words.evaluators).to_owned();
        for (index, item) in world.words.item.iter().enumerate() {
            let factor = self
                .anomalies
                .pass_factor(world.team_name(contact.agent), &item.name);
            let p = (item.pass * agent.care).min(0.995) * factor;
            let applies = dice.chance(item.applies);
            let passed = dice.chance(p);
            self.records.evaluations.push(Evaluation {
                evaluation_id: format!("E{id:05}"),
                item: index,
                evaluated,
                contact_ref: contact.reference.clone(),
                agent: contact.agent,
                evaluator: evaluator.clone(),
                passed: applies.then_some(passed),
            });
        }
    }
}
