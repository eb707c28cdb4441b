//! What people say and write, filled in from an issue.

use super::random::Dice;
use super::records::Issue;
use super::world::{Customer, World};

/// Factors of the check digit of a resident identity number (GB 11643–1999).
const ID_FACTORS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Replaces the `{…}` of a template.
pub(super) fn fill(template: &str, issue: &Issue, customer: &Customer, world: &World) -> String {
    let outlet = world
        .words
        .outlet
        .get(usize::from(issue.outlet))
        .map_or("", |outlet| outlet.name.as_str());
    let goods = world
        .words
        .goods
        .get(usize::from(issue.goods))
        .map_or("", String::as_str);
    if !template.contains('{') {
        return template.to_owned();
    }
    template
        .replace("{waybill}", &issue.waybill())
        .replace("{outlet}", outlet)
        .replace("{courier}", courier(issue, world))
        .replace("{goods}", goods)
        .replace("{days}", &issue.days.to_string())
        .replace("{phone}", &world.phone(customer))
}

/// The courier who carries the issue's parcel.
pub(super) fn courier<'w>(issue: &Issue, world: &'w World) -> &'w str {
    world
        .couriers
        .get(usize::from(issue.outlet))
        .and_then(|names| names.get(usize::from(issue.courier)))
        .map_or("", String::as_str)
}

/// A ticket's description: a sentence of the type, now and then with a second thought or with
/// personal data that must not get through.
pub(super) fn description(
    issue: &Issue,
    customer: &Customer,
    typed: bool,
    world: &World,
    dice: &mut Dice,
) -> String {
    let texts = &world.words.text;
    let scene = &world.problems[issue.problem()].scene;
    if dice.chance(if typed { 0.03 } else { 0.12 }) {
        return dice.text(&texts.vague).to_owned();
    }
    let mut text = fill(dice.text(&scene.say), issue, customer, world);
    if dice.chance(0.08) {
        text += dice.text(&texts.asides);
    }
    if dice.chance(0.02) {
        text += dice.text(&texts.quoted);
    }
    if dice.chance(0.12) && !customer.masked {
        text += &fill(dice.text(&texts.call_back), issue, customer, world);
    }
    if scene.queue == "理赔" && dice.chance(0.12) {
        let number = id_card(world, dice);
        text += &dice.text(&texts.id_card).replace("{id_card}", &number);
    } else if scene.kind == "claim" && dice.chance(0.15) {
        let number = bank_card(world, dice);
        text += &dice.text(&texts.bank_card).replace("{bank_card}", &number);
    }
    text
}

/// An identity number of nobody, with a correct check digit.
fn id_card(world: &World, dice: &mut Dice) -> String {
    let (year, month, day) = (
        dice.between(1960, 2004),
        dice.between(1, 12),
        dice.between(1, 28),
    );
    let body = format!(
        "{}{year}{month:02}{day:02}{}",
        world.words.id_card_area,
        dice.digits(3)
    );
    let sum: u32 = body
        .bytes()
        .zip(ID_FACTORS)
        .map(|(digit, factor)| u32::from(digit - b'0') * factor)
        .sum();
    let check = b"10X98765432"
        .get((sum % 11) as usize)
        .copied()
        .unwrap_or(b'X');
    format!("{body}{}", char::from(check))
}

/// A card number of no bank, with a correct Luhn digit.
fn bank_card(world: &World, dice: &mut Dice) -> String {
    let body = format!("{}{}", world.words.bank_card_prefix, dice.digits(12));
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::super::random::Stream;
    use super::super::tests::plan;
    use super::super::words::Taxonomy;
    use super::*;

    #[test]
    fn invented_numbers_have_correct_check_digits() {
        let plan = plan(1, 10);
        let world = World::new(&plan, &Taxonomy::builtin()).unwrap();
        let mut dice = Dice::new(1, Stream::Tickets);
        for _ in 0..50 {
            let card = bank_card(&world, &mut dice);
            let luhn: u32 = card
                .bytes()
                .rev()
                .enumerate()
                .map(
                    |(place, digit)| match (place % 2, u32::from(digit - b'0')) {
                        (0, value) => value,
                        (_, value) => value * 2 / 10 + value * 2 % 10,
                    },
                )
                .sum();
            assert_eq!((card.len(), luhn % 10), (19, 0), "{card}");
            assert_eq!(id_card(&world, &mut dice).len(), 18);
        }
    }
}
