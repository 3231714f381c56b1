//! Conditions, comparisons and numbers.

use alloc::vec::Vec;

use super::super::value::Val;
use super::{number, word};

fn truth(value: &Val) -> Option<bool> {
    match value {
        Val::Bool(flag) => Some(*flag),
        Val::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Val::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

pub(super) fn apply(name: &str, arguments: &[Val]) -> Option<Val> {
    match name {
        "true" if arguments.is_empty() => Some(Val::Bool(true)),
        "false" if arguments.is_empty() => Some(Val::Bool(false)),
        "null" if arguments.is_empty() => Some(Val::Null),
        "not" => Some(Val::Bool(!truth(arguments.first()?)?)),
        // One that is false settles it whatever the others are, and likewise one that is true.
        "and" | "or" => {
            let settles = name == "or";
            let all: Vec<Option<bool>> = arguments.iter().map(truth).collect();
            if all.contains(&Some(settles)) {
                Some(Val::Bool(settles))
            } else {
                all.iter().all(Option::is_some).then_some(Val::Bool(!settles))
            }
        }
        "equals" => arguments.first()?.equals(arguments.get(1)?).map(Val::Bool),
        "greater" | "greaterorequals" | "less" | "lessorequals" => compare(name, arguments).map(Val::Bool),
        "bool" => match arguments.first()? {
            Val::Number(number) => Some(Val::Bool(*number != 0)),
            Val::Text(text) if &**text == "1" => Some(Val::Bool(true)),
            Val::Text(text) if &**text == "0" => Some(Val::Bool(false)),
            other => truth(other).map(Val::Bool),
        },
        _ => None,
    }
}

/// Which of two values is the greater one. How Azure orders texts is not said, except that they are compared; those of digits and lower-case letters
/// have one order in every culture.
fn compare(name: &str, arguments: &[Val]) -> Option<bool> {
    let order = match arguments {
        [Val::Text(a), Val::Text(b)] if a.parse::<i64>().is_err() || b.parse::<i64>().is_err() => {
            let plain = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase());
            (plain(a) && plain(b)).then(|| a.cmp(b))?
        }
        _ => number(arguments, 0)?.cmp(&number(arguments, 1)?),
    };
    Some(match name {
        "greater" => order.is_gt(),
        "greaterorequals" => order.is_ge(),
        "less" => order.is_lt(),
        _ => order.is_le(),
    })
}

pub(super) fn numbers(name: &str, arguments: &[Val]) -> Option<Val> {
    match name {
        "int" => return number(arguments, 0).map(Val::Number),
        "float" => return word(arguments, 0)?.trim().parse().ok().map(Val::Float),
        "min" | "max" => return extreme(name == "max", arguments),
        "add" | "sub" | "mul" | "div" | "mod" => {}
        _ => return None,
    }
    let (a, b) = (number(arguments, 0)?, number(arguments, 1).filter(|_| arguments.len() == 2)?);
    match name {
        "add" => a.checked_add(b),
        "sub" => a.checked_sub(b),
        "mul" => a.checked_mul(b),
        "div" => a.checked_div(b),
        _ => a.checked_rem(b),
    }
    .map(Val::Number)
}

/// The least or greatest number of a list, or of the arguments.
fn extreme(greatest: bool, arguments: &[Val]) -> Option<Val> {
    let values: Vec<Val> = match arguments {
        [Val::List(items)] if !items.iter().any(|i| i.is_loose()) => items.iter().map(|i| i.value.clone()).collect(),
        [Val::List(_)] => return None,
        all => all.to_vec(),
    };
    let numbers: Option<Vec<i64>> = (0..values.len()).map(|i| number(&values, i)).collect();
    let numbers = numbers?.into_iter();
    (if greatest { numbers.max() } else { numbers.min() }).map(Val::Number)
}
