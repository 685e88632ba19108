//! Facts about X12's segments: which element distinguishes segments of the same kind, and which
//! elements contain codes that a sender writes as constants.
//!
//! Source: X12 4010 and 5010, the data elements of type ID that qualify others.

/// The element that distinguishes a segment from others with its identifier, such as `REF01`.
pub(super) fn qualifier(segment: &str) -> Option<String> {
    let place = match segment {
        "N1" | "REF" | "DTM" | "DTP" | "NM1" | "AMT" | "QTY" | "PER" | "N9" | "CUR" | "G62"
        | "TXI" | "CAS" | "MAN" | "LQ" | "NTE" | "PWK" | "SBR" | "P7" => "01",
        "L11" | "MEA" | "SAC" => "02",
        "HL" => "03",
        _ => return None,
    };
    Some(format!("{segment}{place}"))
}

/// Whether an element is a code that is the same in all documents of one kind.
pub(super) fn is_fixed(code: &str) -> bool {
    let fixed = [
        "BEG01", "BEG02", "B2A01", "B2A02", "BAK01", "BAK02", "BIG07", "BSN01", "BSN05", "BGN01",
        "N103", "PID01", "SAC01", "ITD01", "ITD02", "TD501", "TD502", "BPR01", "BPR03", "BPR04",
        "TRN01", "NM102", "NM108", "LIN02", "LIN04", "PO106", "PO108", "PO110", "IT106", "IT108",
        "IT110", "HL04", "PER03", "PER05", "BCT01", "FOB01", "SLN03", "CTP02", "BHT01", "BHT02",
        "DTP02",
    ];
    let segment = code.get(..code.len().saturating_sub(2)).unwrap_or(code);
    is_envelope(code) || fixed.contains(&code) || qualifier(segment).as_deref() == Some(code)
}

/// Whether an element belongs to the envelope.
pub(super) fn is_envelope(code: &str) -> bool {
    let segment = code.get(..code.len().saturating_sub(2)).unwrap_or(code);
    matches!(segment, "ISA" | "GS" | "ST")
}

/// Whether a loop usually repeats (Assumption A-451), by the segment that opens it.
pub(super) fn repeats(segment: &str) -> bool {
    let several = [
        "CLM", "CLP", "SVC", "LX", "INS", "HD", "PO1", "IT1", "S5", "AK2", "AT7", "EB",
    ];
    several.contains(&segment)
}

/// Whether an element counts its own kind in a file (Assumption A-451), such as control numbers and
/// the numbers of levels.
pub(super) fn is_counter(code: &str) -> bool {
    let counters = [
        "ISA13", "GS06", "ST02", "LX01", "HL01", "HL02", "AK102", "AK202",
    ];
    counters.contains(&code)
}

/// Whether an element numbers the records of its kind in a transaction.
pub(super) fn is_ordinal(code: &str) -> bool {
    ["ENT01", "IT101", "PO101", "S501"].contains(&code)
}

/// A segment that is a row of composites of one kind, and their number.
///
/// Source: X12 5010, HI.
pub(super) fn repeated_composite(segment: &str) -> Option<(&'static str, u32)> {
    (segment == "HI").then_some(("HI", 12))
}

/// The number of components of one kind in an element that is a row of them.
///
/// Source: X12 5010, C004 (pointers to diagnoses) and C005 (surfaces).
pub(super) fn repeated_components(element: &str) -> Option<u32> {
    match element {
        "SV107" | "SV311" => Some(4),
        "TOO03" => Some(5),
        _ => None,
    }
}

/// The position in a segment where the pairs of a qualifier and a product's number begin.
pub(super) fn first_pair(segment: &str) -> Option<usize> {
    match segment {
        "PO1" | "IT1" | "PO3" => Some(6),
        "LIN" => Some(2),
        "SLN" => Some(9),
        "POC" => Some(8),
        _ => None,
    }
}

/// Common words for the records with a code (Assumption A-450): the element, the code, and the
/// words in lower case. The beginning of a word is sufficient.
const CODE_WORDS: &[(&str, &str, &[&str])] = &[
    ("N101", "ST", &["ship", "deliver"]),
    ("N101", "BT", &["bill"]),
    ("N101", "BY", &["buy"]),
    ("N101", "SF", &["from", "origin"]),
    ("N101", "VN", &["vendor", "sell", "suppl"]),
    ("N101", "SE", &["vendor", "sell", "suppl"]),
    ("N101", "SU", &["vendor", "sell", "suppl"]),
    ("SAC01", "A", &["allow", "discount", "deduct"]),
    ("SAC01", "C", &["charge", "fee", "surcharge"]),
    ("AT701", "D1", &["deliver"]),
    ("AT701", "AF", &["depart", "pick"]),
    ("AT701", "X1", &["arriv"]),
    ("CLP02", "1", &["paid", "primary"]),
    ("CLP02", "2", &["secondary"]),
    ("CLP02", "4", &["denied", "deny", "reject"]),
    ("CLP02", "22", &["revers", "void"]),
    ("CAS01", "CO", &["contract"]),
    ("CAS01", "PR", &["patient"]),
    ("CAS01", "OA", &["other"]),
    ("INS01", "Y", &["subscr", "employee"]),
    ("INS01", "N", &["depend"]),
    ("INS02", "01", &["spouse", "wife", "husband"]),
    ("INS02", "19", &["child", "kid"]),
    ("DMG03", "F", &["female", "women"]),
    ("DMG03", "M", &["male", "men"]),
    ("HD03", "HLT", &["health", "medical"]),
    ("HD03", "DEN", &["dental"]),
    ("HD03", "VIS", &["vision"]),
    ("INS03", "001", &["chang", "updat"]),
    ("INS03", "021", &["add", "new"]),
    ("INS03", "024", &["terminat", "cancel", "drop"]),
    ("INS03", "025", &["reinstat"]),
    ("INS03", "030", &["audit"]),
    ("AK501", "E", &["error"]),
    ("AK501", "R", &["reject"]),
    ("IK501", "E", &["error"]),
    ("IK501", "R", &["reject"]),
    ("ACK01", "IA", &["accept", "confirm"]),
    ("ACK01", "IR", &["reject"]),
    ("ACK01", "IB", &["back"]),
    ("ACK01", "IQ", &["change"]),
    ("HL03", "S", &["shipment"]),
    ("HL03", "O", &["order"]),
    ("HL03", "P", &["pack", "carton", "case"]),
    ("HL03", "T", &["pallet"]),
    ("HL03", "I", &["item", "line"]),
    ("S502", "LD", &["pick", "load", "origin"]),
    ("S502", "CL", &["pick", "load", "origin"]),
    ("S502", "UL", &["drop", "unload", "deliver", "dest"]),
    ("S502", "CU", &["drop", "unload", "deliver", "dest"]),
];

/// The common words for the records with a code.
pub(super) fn code_words(element: &str, code: &str) -> &'static [&'static str] {
    let mut words = CODE_WORDS.iter();
    let found = words.find(|(known, value, _)| *known == element && *value == code);
    found.map_or(&[], |(.., words)| words)
}

/// All common words for records with a code.
pub(super) fn known_code_words() -> impl Iterator<Item = &'static str> {
    CODE_WORDS
        .iter()
        .flat_map(|(.., words)| words.iter().copied())
}

/// Common words for the records of a loop, by the segment that opens it, in lower case. The
/// beginning of a word is sufficient.
pub(super) fn record_words(segment: &str) -> &'static [&'static str] {
    match segment {
        "PO1" | "IT1" => &["line", "item"],
        "CLM" | "CLP" => &["claim"],
        "SVC" | "SV1" | "SV2" | "SV3" => &["service", "procedure"],
        "INS" => &["member", "enrol"],
        "N1" => &["part", "address", "compan"],
        "S5" => &["stop"],
        "AT7" => &["event", "status"],
        "SAC" => &["charge", "allowance", "adjustment"],
        "CAS" => &["adjustment"],
        _ => &[],
    }
}

/// Common words for an element, in lower case. The beginning of a word is sufficient.
pub(super) fn words(code: &str) -> &'static [&'static str] {
    match code {
        "BEG03" | "BAK03" | "BIG04" | "PRF01" => &["purchaseorder", "order", "po"],
        "BIG02" => &["invoice", "number"],
        "BSN02" => &["shipment", "asn"],
        "BEG05" | "BIG01" | "BAK04" | "BSN03" | "DTM02" | "G6202" => &["date", "on", "at"],
        "N102" | "NM103" => &["name", "company"],
        "N104" | "NM109" => &["id", "code", "number", "store"],
        "N301" => &["street", "address", "line1"],
        "N302" => &["address2", "line2"],
        "N401" | "MS101" => &["city", "town"],
        "N402" | "MS102" => &["state", "region", "province"],
        "N403" => &["zip", "postal", "postcode"],
        "N404" | "MS103" => &["country"],
        "PO101" | "IT101" | "LX01" => &["line", "number", "position", "no"],
        "PO102" | "IT102" | "SN102" | "ACK02" | "CLD02" => &["quantity", "qty", "units", "count"],
        "PO103" | "IT103" | "SN103" | "ACK03" => &["unit", "uom", "measure"],
        "PO104" | "IT104" => &["price", "cost", "unitprice"],
        "PO107" | "IT107" | "LIN03" => &["sku", "item", "product", "part", "upc"],
        "PID05" => &["description", "note", "title"],
        "TDS01" => &["total", "amount"],
        "CTT01" => &["count", "lines", "items"],
        "CUR02" => &["currency"],
        "TD503" => &["carrier", "scac"],
        "RMR04" => &["paid", "amount"],
        "RMR05" => &["gross", "billed", "invoiced"],
        "RMR06" => &["discount"],
        "DMG03" => &["gender", "sex"],
        "INS02" => &["relation"],
        "INS03" => &["action", "maintenance", "change"],
        "AK902" => &["sets", "included"],
        "AK903" => &["received"],
        "AK904" => &["accepted"],
        "AT701" | "ACK01" => &["status"],
        "AT702" => &["reason"],
        _ => &[],
    }
}
