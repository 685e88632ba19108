//! The tables of the specifications that are part of the program.

use crate::check_of;

/// Segments of a transaction in an envelope.
fn enveloped(kind: &str, version: &str, set: &str, segments: &str) -> String {
    format!(
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*^*00501*000000001*0*T*:~\n\
         GS*{kind}*A*B*20260301*0930*1*X*{version}~\nST*{set}*0001~\n{segments}\nSE*{}*0001~\nGE*1*1~\nIEA*1*000000001~\n",
        segments.matches('~').count() + 2
    )
}

#[test]
fn levels_lead_to_those_above_them() {
    let notice = enveloped(
        "SH",
        "005010",
        "856",
        "BSN*00*S1*20260301*0930*0001~HL*1**S~TD5**2*CARR~HL*2*1*O~PRF*PO1~\
         HL*3*2*P~MAN*GM*MARK1~HL*4*3*I~LIN*1*UP*111~SN1**5*EA~HL*5*2*P~MAN*GM*MARK2~\
         HL*6*5*I~LIN*2*UP*222~SN1**7*EA~HL*7*1*O~PRF*PO2~HL*8*7*I~LIN*3*UP*333~SN1**9*EA~",
    );
    check_of(
        &notice,
        "856.items",
        &[
            "shipment_id",
            "order_number",
            "pack_mark",
            "hl_id",
            "parent_hl_id",
            "product_id_1",
            "shipped_quantity",
        ],
        &[
            "S1 PO1 MARK1 4 3 111 5.0000",
            "S1 PO1 MARK2 6 5 222 7.0000",
            "S1 PO2  8 7 333 9.0000",
        ],
        0,
    );
    check_of(
        &notice,
        "856.packs",
        &["order_number", "hl_id", "parent_hl_id", "mark"],
        &["PO1 3 2 MARK1", "PO1 5 2 MARK2"],
        0,
    );
    check_of(
        &notice,
        "856.orders",
        &["hl_id", "parent_hl_id", "order_number"],
        &["2 1 PO1", "7 1 PO2"],
        0,
    );
    check_of(&notice, "856.shipments", &["carrier_code"], &["CARR"], 0);
}

#[test]
fn each_group_of_elements_gives_a_row() {
    let order = enveloped(
        "PO",
        "005010",
        "850",
        "BEG*00*SA*PO1**20260301~PO1*1*5*EA*1.25**UP*111*VN*222~PO1*2*1*EA~",
    );
    check_of(
        &order,
        "850.product_ids",
        &[
            "order_number",
            "line_number",
            "item_number",
            "product_id_type",
            "product_id",
        ],
        &["PO1 1 1 UP 111", "PO1 1 2 VN 222"],
        0,
    );
}

#[test]
fn claims_know_subscriber_patient_and_provider() {
    let claims = enveloped(
        "HC",
        "005010X222A1",
        "837",
        "BHT*0019*00*REF1*20260301*0930*CH~\
         HL*1**20*1~NM1*85*2*CLINIC*****XX*1234567893~REF*EI*511111111~\
         HL*2*1*22*0~SBR*P*18*GRP******MC~NM1*IL*1*DOE*JANE****MI*M1~NM1*PR*2*PAYER*****PI*P1~\
         CLM*C1*100***11:B:1*Y*A*Y*Y~HI*ABK:A01*ABF:B02~NM1*82*1*ROE*RICK****XX*1987654321~\
         LX*1~SV1*HC:99213:25*60*UN*1***1~DTP*472*D8*20260201~LX*2~SV1*HC:99214*40*UN*2***1:2~NM1*82*1*POE*****XX*1~\
         HL*3*1*22*1~SBR*P********CI~NM1*IL*1*SUB*****MI*M2~NM1*PR*2*OTHER*****PI*P2~\
         HL*4*3*23*0~PAT*19~NM1*QC*1*KID*KIM~CLM*C2*50***11:B:1~LX*1~SV1*HC:1*50*UN*1~",
    );
    check_of(
        &claims,
        "837p.claims",
        &[
            "claim_id",
            "charge_amount",
            "billing_provider_name",
            "subscriber_id",
            "payer_id",
            "patient_last_name",
            "rendering_provider_id",
        ],
        &[
            "C1 100.00 CLINIC M1 P1  1987654321",
            "C2 50.00 CLINIC M2 P2 KID ",
        ],
        0,
    );
    check_of(
        &claims,
        "837p.lines",
        &[
            "claim_id",
            "line_number",
            "procedure_code",
            "charge_amount",
            "service_from",
            "diagnosis_pointer_2",
            "rendering_provider_id",
        ],
        &[
            "C1 1 99213 60.00 2026-02-01  ",
            "C1 2 99214 40.00  2 1",
            "C2 1 1 50.00   ",
        ],
        0,
    );
    check_of(
        &claims,
        "837p.diagnoses",
        &["claim_id", "item_number", "code_type", "code"],
        &["C1 1 ABK A01", "C1 2 ABF B02"],
        0,
    );
    check_of(
        &claims,
        "837p.providers",
        &["role", "claim_id", "line_number", "id"],
        &["85   1234567893", "82 C1  1987654321", "82 C1 2 1"],
        0,
    );
    check_of(&claims, "837i.claims", &[], &[], 0);
}
