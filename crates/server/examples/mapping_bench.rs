//! Times mappings in this process, and leaves the document that it maps for others to map.
//!
//! Usage: `mapping_bench TEMPLATE DOCUMENT ROUNDS [quick]`: the template of purchase orders, the
//! file to write the document to, and the number of rounds for the median; `quick` omits
//! `GenerateMapping`. Prints lines with a name and milliseconds, separated by a tab.
//! `scripts/bench-mapping` compares them with jsonata-js.

use std::error::Error;
use std::time::Instant;
use std::{env, fs};

use b2bi_local_infer::{self as infer, Language};
use b2bi_local_mapping::{
    Cancel, Engine, Jsonata, Limits, Run, StarterLanguage, starter_of_outline,
};
use b2bi_local_x12::{Layout, Outline, Version, guides, to_json};

/// The maximum number of characters of an input that the service accepts.
const MOST: usize = 5_000_000;
/// The longest template that the service takes.
const MOST_TEMPLATE: usize = 350_000;
/// Lines of an order.
const LINES: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: TEMPLATE DOCUMENT ROUNDS");
    let (template, document, rounds) = (fs::read_to_string(next()?)?, next()?, next()?.parse()?);
    let input = longest(MOST, |orders| {
        to_json(purchase_orders(orders).as_bytes(), Layout::Pretty).text
    });
    fs::write(document, &input)?;
    report("map", rounds, || map(&template, &input).map(drop))?;
    starters(rounds)?;
    if next().is_ok() {
        return Ok(());
    }
    let wanted = map(&template, &input)?.unwrap_or_default();
    let strange = longest(MOST, strange);
    for (name, wanted) in [("orders", &wanted), ("strange", &strange)] {
        report(&format!("generate {name}"), 1, || {
            infer::generate(&input, wanted, Language::Jsonata, &Cancel::default()).map(drop)
        })?;
    }
    Ok(())
}

/// Starter templates for all that is called 837, of which the guides are the longest.
fn starters(rounds: usize) -> Result<(), Box<dyn Error>> {
    let plain = [Version::V4010, Version::V5010].map(|version| (version, "837", None));
    let guided = guides().filter(|(set, _)| *set == "837");
    let guided = guided.map(|(set, guide)| (Version::V5010, set, Some(guide)));
    for (version, set, guide) in plain.into_iter().chain(guided) {
        for language in [StarterLanguage::Jsonata, StarterLanguage::Xslt] {
            let name = guide.map_or(format!("{version:?}"), str::to_owned);
            report(
                &format!("starter {set} {name} {language:?}"),
                rounds,
                || {
                    let outline = Outline::new(version, set, guide).ok_or("no such set")?;
                    let template = starter_of_outline(&outline, language, MOST_TEMPLATE);
                    Some(())
                        .filter(|()| !template.is_empty())
                        .ok_or("no template")
                },
            )?;
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the lines are what the program is for")]
fn report<E: Into<Box<dyn Error>>>(
    name: &str,
    rounds: usize,
    mut work: impl FnMut() -> Result<(), E>,
) -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let begun = Instant::now();
        work().map_err(Into::into)?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{name}\t{:.3}",
        times.get(rounds / 2).copied().unwrap_or(f64::NAN)
    );
    Ok(())
}

fn map(template: &str, input: &str) -> Result<Option<String>, b2bi_local_mapping::MappingError> {
    let run = Run::new(0, 1, Limits::standard());
    Jsonata.compile(template)?.evaluate(input, &run)
}

/// The longest text of its kind that is not longer than `most`; it grows in proportion to the number.
fn longest(most: usize, text: impl Fn(usize) -> String) -> String {
    let probe = 100;
    let mut number = most * probe / text(probe).len();
    loop {
        let made = text(number);
        if made.len() <= most {
            return made;
        }
        number -= 1;
    }
}

/// An output that no input explains, and that has as many different values as fit.
fn strange(rows: usize) -> String {
    let row = |at: usize| {
        let word = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!(
            r#"{{"id": "{word:016x}", "amount": {}.{:02}}}"#,
            word % 100_003,
            at % 97
        )
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("[{}]", rows.join(",\n"))
}

/// An interchange of as many purchase orders.
fn purchase_orders(orders: usize) -> String {
    let mut x12 = "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260301*0930*U*00401*\
                   000000001*0*T*:~\nGS*PO*BLUEBIKES*NORTHMILL*20260301*0930*1*X*004010~\n"
        .to_owned();
    for order in 1..=orders {
        x12 += &purchase_order(order);
    }
    x12 + &format!("GE*{orders}*1~\nIEA*1*000000001~\n")
}

fn purchase_order(order: usize) -> String {
    let mut segments = vec![
        format!("BEG*00*SA*PO-{order}**202603{:02}", order % 28 + 1),
        "REF*DP*12".to_owned(),
        format!("DTM*002*202604{:02}", order % 30 + 1),
        "N1*BY*Blue Bikes*92*100".to_owned(),
        "N3*1 Canal Street".to_owned(),
        "N4*Utrecht*UT*3511*NL".to_owned(),
        format!("N1*ST*Depot {}*92*{}", order % 9, 200 + order % 9),
        "N3*7 Harbour Road".to_owned(),
        "N4*Rotterdam*ZH*3011*NL".to_owned(),
    ];
    for line in 1..=LINES {
        let unit = match (order + line) % 3 {
            0 => "EA",
            1 => "CA",
            _ => "BX",
        };
        let (quantity, price) = ((order * line) % 60 + 1, (order * 7 + line * 31) % 5_000);
        let sku = format!("PART-{}", (order * 13 + line * 17) % 900);
        segments.push(format!(
            "PO1*{line}*{quantity}*{unit}*{}.{:02}**VN*{sku}",
            price / 100,
            price % 100
        ));
        let text = if line % 11 == 0 {
            "in a Crate"
        } else {
            "loose"
        };
        segments.push(format!("PID*F****Part of a bike, {text}"));
    }
    segments.push(format!("CTT*{LINES}"));
    let count = segments.len() + 2;
    format!(
        "ST*850*{order:04}~\n{}~\nSE*{count}*{order:04}~\n",
        segments.join("~\n")
    )
}
