use b2bi_local_faults::{Chain, FaultList};
use proptest::prelude::*;
use serde_json::json;

/// Parses the text; its printed form parses to the same again.
fn check(text: &str, printed: &str) {
    let chain: Chain = text.parse().unwrap();
    assert_eq!(chain.to_string(), printed, "{text}");
    assert_eq!(printed.parse::<Chain>().unwrap(), chain, "{text}");
}

fn check_error(text: &str, column: usize, message: &str) {
    let error = text.parse::<Chain>().unwrap_err();
    assert!(error.message().contains(message), "{text}: {error}");
    assert_eq!(error.column(), column, "{text}: {error}");
}

#[test]
fn chains_print_in_one_form() {
    for (text, printed) in [
        ("ok", "ok"),
        ("off", "off"),
        ("error(ThrottlingException)", "error(ThrottlingException)"),
        ("error(a#B.c:d-e_f)", "error(a#B.c:d-e_f)"),
        (
            "error( X , 503 , retryAfter = 2s )",
            "error(X,503,retryAfter=2s)",
        ),
        ("error(X,retryAfter=1500ms)", "error(X,retryAfter=1500ms)"),
        ("error(X,retryAfter=2000 ms)", "error(X,retryAfter=2s)"),
        ("error(X,retryAfter=0s)", "error(X,retryAfter=0ms)"),
        ("http(503)", "http(503)"),
        ("delay(200ms)", "delay(200ms)"),
        ("delay(lognormal(90ms, 0.40))", "delay(lognormal(90ms,0.4))"),
        ("delay(uniform(1s,2s))", "delay(uniform(1s,2s))"),
        (" 2 * error(X)  ->  ok ", "2*error(X)->ok"),
        ("30%delay(200ms)", "30%delay(200ms)"),
        ("0.5 % 2* after error(X)->off", "0.5%2*after error(X)->off"),
        ("twice ok->twice http(200)", "twice ok->twice http(200)"),
        ("100%error(X)", "100%error(X)"),
        ("reset", "reset"),
        ("after reset ( headers )", "after reset"),
        ("reset(body)", "reset(body)"),
        ("after reset(body)", "reset(body)"),
        ("twice close(end)", "twice close(end)"),
        ("garbage", "garbage"),
        ("stall(5s)", "stall(5s)"),
        ("after stall(50ms)", "after stall(50ms)"),
        ("truncate(20)", "truncate(20)"),
        ("after truncate( 50% , reset )", "truncate(50%,reset)"),
        ("badchunk", "badchunk"),
        ("after  panic", "after panic"),
        ("2*drip(1, 100ms)", "2*drip(1,100ms)"),
        (
            "json(null)->json(html)->json(empty)",
            "json(null)->json(html)->json(empty)",
        ),
    ] {
        check(text, printed);
    }
}

#[test]
fn errors_say_where_and_what_to_do() {
    for (text, column, message) in [
        (
            "",
            1,
            "expected an effect: the effects are `ok`, `off`, `error(",
        ),
        ("ok->", 5, "expected an effect"),
        ("ok -> erorr(X)", 7, "unknown effect `erorr`"),
        ("ok -> erorr(X)", 7, "did you mean `error`?"),
        ("rest(headers)", 1, "did you mean `reset`?"),
        ("reset(accept)", 7, "expected `headers`, `body` or `end`"),
        ("close(headers", 14, "expected `)`"),
        ("stall", 6, "expected `(`"),
        ("stall(2)", 7, "a time such as `200ms`"),
        ("truncate(101%)", 10, "bytes or a percentage"),
        ("truncate(1.5)", 10, "bytes or a percentage"),
        (
            "truncate(1,end)",
            12,
            "expected `close`, `reset` or `stall`",
        ),
        ("drip(0,1ms)", 6, "at least a byte"),
        ("drip(1,61s)", 6, "at most a minute"),
        ("drip(1)", 7, "expected `,`"),
        ("json(xml)", 6, "expected `null`, `html` or `empty`"),
        ("error", 6, "expected `(`"),
        ("error()", 7, "expected an error code"),
        ("error(X", 8, "expected `)`"),
        ("error(X,200)", 9, "a status from 400 to 599"),
        ("error(X,600)", 9, "a status from 400 to 599"),
        ("error(X,503,2s)", 13, "expected `retryAfter=`"),
        ("error(X,retryAfter=2)", 20, "a time such as `200ms`"),
        ("error(X,retryAfter=2m)", 20, "a time such as `200ms`"),
        ("http(99)", 6, "a status from 200 to 599"),
        ("http(99999999999)", 6, "a status from 200 to 599"),
        ("delay(200)", 7, "a time such as `200ms`"),
        ("delay(3601s)", 7, "at most an hour"),
        ("delay(uniform(2s,1s))", 7, "the longer time is second"),
        ("delay(lognormal(1s))", 19, "expected `,`"),
        ("delay(lognormal(1s,99))", 7, "`sigma` must be from 0 to 10"),
        ("101%ok", 1, "a number from 0 to 100"),
        ("ok->0*ok", 5, "a whole number from 1"),
        ("1.5*ok", 1, "a whole number from 1"),
        (
            "2*30%ok",
            3,
            "a percentage (`30%`), a count (`2*`), or both in that order",
        ),
        ("3 ok", 1, "a number before an effect"),
        ("ok ok", 4, "expected `->`"),
        ("ok ; off", 4, "expected `->`"),
        ("2*off", 1, "`off` ends the chain at once"),
        ("ok->after off", 5, "`off` ends the chain at once"),
        ("after ok", 1, "`after ok` would do nothing"),
        ("off->ok", 1, "nothing can follow it"),
        ("ok->30%ok->ok", 5, "never ends"),
        ("ökay", 1, "expected an effect"),
    ] {
        check_error(text, column, message);
    }
    let error = "ok->nothing".parse::<Chain>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "column 5: unknown effect `nothing`: the effects are `ok`, `off`, \
         `error(Code[,status][,retryAfter=2s])`, `http(503)`, `delay(200ms)`, `reset`, `close`, \
         `garbage`, `stall(5s)`, `truncate(50%)`, `badchunk`, `drip(1,100ms)`, `json(null)` and `panic`"
    );
}

#[test]
fn lists_become_rules() {
    let text = " CreateProfile=2*error(T)->off ;List*=30%delay(200ms);";
    let list: FaultList = text.parse().unwrap();
    assert_eq!(
        list.to_string(),
        "CreateProfile=2*error(T)->off; List*=30%delay(200ms)"
    );
    assert_eq!(
        serde_json::to_value(list.into_rules()).unwrap(),
        json!([
            {"operation": "CreateProfile", "steps": ["2*error(T)", "off"]},
            {"operation": "List*", "steps": ["30%delay(200ms)"]},
        ])
    );
    assert_eq!(" ".parse::<FaultList>().unwrap().into_rules(), []);
}

#[test]
fn list_errors_count_columns_through_the_whole_text() {
    for (text, column, message) in [
        ("A=ok; B=what(1)", 9, "unknown effect `what`"),
        ("A=ok B=ok", 6, "`;` and another operation"),
        ("A", 2, "expected `=`"),
        ("A=ok;;B=ok", 6, "expected an operation"),
        ("=ok", 1, "expected an operation"),
        ("A=", 3, "expected an effect"),
    ] {
        let error = text.parse::<FaultList>().unwrap_err();
        assert!(error.message().contains(message), "{text}: {error}");
        assert_eq!(error.column(), column, "{text}: {error}");
    }
}

fn time() -> impl Strategy<Value = String> {
    prop_oneof![
        (1..3_600_u32).prop_map(|s| format!("{s}s")),
        (0..3_600_000_u32)
            .prop_filter("printed in seconds", |ms| *ms == 0 || ms % 1000 != 0)
            .prop_map(|ms| format!("{ms}ms")),
    ]
}

fn error() -> impl Strategy<Value = String> {
    let status = proptest::option::of(400..=599_u16);
    (
        "[A-Za-z0-9._:#-]{1,30}",
        status,
        proptest::option::of(time()),
    )
        .prop_map(|(code, status, retry)| {
            let status = status
                .map(|status| format!(",{status}"))
                .unwrap_or_default();
            let retry = retry
                .map(|time| format!(",retryAfter={time}"))
                .unwrap_or_default();
            format!("error({code}{status}{retry})")
        })
}

fn effect() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("ok".to_owned()),
        error(),
        (200..=599_u16).prop_map(|status| format!("http({status})")),
        time().prop_map(|time| format!("delay({time})")),
        socket_effect(),
        (time(), 0.0..=10.0).prop_map(|(time, sigma)| format!("delay(lognormal({time},{sigma}))")),
    ]
}

fn socket_effect() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("badchunk".to_owned()),
        "(reset|close|garbage)(\\((body|end)\\))?",
        "json\\((null|html|empty)\\)",
        time().prop_map(|time| format!("stall({time})")),
        (0..u64::MAX, "(,(close|reset|stall))?").prop_map(|(n, end)| format!("truncate({n}{end})")),
        (0.0..=100.0).prop_map(|percent: f64| format!("truncate({percent}%)")),
        (1..u64::MAX, 1..1000_u32).prop_map(|(bytes, ms)| format!("drip({bytes},{ms}ms)")),
    ]
}

/// Whether `after` would be redundant: the effect does nothing, or needs the reply in any case.
fn is_after_anyway(effect: &str) -> bool {
    let words = ["ok", "truncate", "badchunk", "drip", "json"];
    words.iter().any(|word| effect.starts_with(word))
        || effect.ends_with("(body)")
        || effect.ends_with("(end)")
}

fn step() -> impl Strategy<Value = String> {
    let prefix = prop_oneof![Just(""), Just("after "), Just("twice ")];
    let count = proptest::option::of((proptest::option::of(0.0..=100.0), 1..=u32::MAX));
    (count, prefix, effect()).prop_map(|(count, prefix, effect)| {
        let prefix = if prefix == "after " && is_after_anyway(&effect) {
            ""
        } else {
            prefix
        };
        let (percent, count) =
            count.map_or((None, None), |(percent, count)| (percent, Some(count)));
        let percent = percent.map(|p: f64| format!("{p}%")).unwrap_or_default();
        let count = count.map(|count| format!("{count}*")).unwrap_or_default();
        format!("{percent}{count}{prefix}{effect}")
    })
}

fn chain() -> impl Strategy<Value = String> {
    let last = proptest::option::of(prop_oneof![
        Just("off".to_owned()),
        (0.0..=100.0, error()).prop_map(|(percent, error)| format!("{percent}%{error}")),
    ]);
    (proptest::collection::vec(step(), 1..5), last)
        .prop_map(|(steps, last)| steps.into_iter().chain(last).collect::<Vec<_>>().join("->"))
}

proptest! {
    #[test]
    fn canonical_chains_print_as_they_were_written(text in chain()) {
        let chain: Chain = text.parse().unwrap();
        prop_assert_eq!(chain.to_string(), text);
    }

    #[test]
    fn spaces_between_parts_mean_nothing(text in chain()) {
        let marks = ["->", "(", ")", ",", "%"];
        let spaced = marks.iter().fold(text.clone(), |text, mark| {
            text.replace(mark, &format!(" {mark}  "))
        });
        prop_assert_eq!(spaced.parse::<Chain>(), text.parse::<Chain>());
    }

    #[test]
    fn lists_print_as_they_were_written(
        entries in proptest::collection::vec(("[A-Za-z*?]{1,12}", chain()), 0..4),
    ) {
        let entries: Vec<_> = entries.iter().map(|(name, chain)| format!("{name}={chain}")).collect();
        let text = entries.join("; ");
        prop_assert_eq!(text.parse::<FaultList>().unwrap().to_string(), text);
    }

    #[test]
    fn any_text_gets_a_chain_or_a_column(text in "\\PC{0,40}|[a-z0-9%*()>;=, .-]{0,40}") {
        if let Err(error) = text.parse::<FaultList>() {
            prop_assert!(text.is_char_boundary(error.column() - 1), "{}", error);
        }
    }
}
