//! Correct inputs that faulty tables once rejected.

use b2bi_local_x12::{Strictness, Validator, read};

const ISA: &str = "ISA*00*          *00*          *ZZ*QUAY           *ZZ*HARBOUR        *260301*0930*^*00501*000000001*0*T*:~";

/// The report about one transaction, given without its ST and SE.
fn report(group: &str, version: &str, set: &str, body: &str) -> String {
    let count = body.matches('~').count() + 2;
    let input = format!(
        "{ISA}GS*{group}*QUAY*HARBOUR*20260301*0930*1*X*{version}~ST*{set}*0001*{version}~{body}SE*{count}*0001~GE*1*1~IEA*1*000000001~"
    );
    let validator = Validator::new(Strictness::Inferred, None).guided();
    let (validator, reading) = read(input.as_bytes(), validator);
    assert_eq!(reading.problems, []);
    validator.finish().report()
}

#[test]
fn a_business_unit_needs_no_situational_trigger() {
    for unit in [
        "CTX*CLM01:A-17~",
        "CTX*PATIENT NAME NM109:K5~",
        "CTX*SITUATIONAL TRIGGER*CLM*9~",
        "CTX*SITUATIONAL TRIGGER*CLM*9~CTX*SUBSCRIBER NUMBER REF02:77~",
    ] {
        let body = format!(
            "AK1*HC*7*005010X222A1~AK2*837*0001*005010X222A1~IK3*REF*12**3~{unit}IK5*R*I5~AK9*R*1*1*0~"
        );
        assert_eq!(report("FA", "005010X231A1", "999", &body), "", "{unit}");
    }
    let body = "AK1*HC*7*005010X222A1~AK2*837*0001*005010X222A1~IK3*REF*12**3~CTX*SITUATIONAL TRIGGER:9~IK5*R*I5~AK9*R*1*1*0~";
    let found = report("FA", "005010X231A1", "999", body);
    assert!(found.contains("CTX-1-2 is not used"), "{found}");
}

#[test]
fn a_reporting_category_needs_no_reference() {
    let body = "BGN*00*R1*20260301*0930****2~N1*P5*Quay*FI*111111111~N1*IN*Harbour*FI*222222222~INS*Y*18*021*20*A***FT~\
                REF*0F*S1~NM1*IL*1*ROE*PAT****34*000000001~HD*021**HLT~DTP*348*D8*20260101~LS*2700~LX*1~N1*75*Category~\
                DTP*007*D8*20260101~LE*2700~";
    assert_eq!(report("BE", "005010X220A1", "834", body), "");
}

#[test]
fn an_adjustment_is_a_pair() {
    let body = |plb: &str| {
        format!(
            "BPR*I*80*C*CHK************20260301~TRN*1*77*1512345678~N1*PR*Quay~N3*1 Main Street~N4*Dayton*OH*45402~\
             PER*BL*Desk*TE*8005551234~N1*PE*Clinic*XX*1234567893~{plb}~"
        )
    };
    for (plb, wanted) in [
        ("PLB*1234567893*20261231*WO:A*5", ""),
        ("PLB*1234567893*20261231*WO:A*5*FB:B*-4.5", ""),
        ("PLB*1234567893*20261231*WO:A*5*FB:B*4*J1:C*1", ""),
        (
            "PLB*1234567893*20261231*WO:A*5*FB:B*4*J1:C*1*L6:D*1*WU:E*2*72:F*3",
            "",
        ),
        ("PLB*1234567893*20261231*WO:A*5*FB:B", "PLB-5, PLB-6"),
        ("PLB*1234567893*20261231*WO:A*5***J1:C", "PLB-7, PLB-8"),
        ("PLB*1234567893*20261231*WO:A*5****4", "PLB-7, PLB-8"),
    ] {
        let found = report("HP", "005010X221A1", "835", &body(plb));
        let right = if wanted.is_empty() {
            found.is_empty()
        } else {
            found.contains(wanted) && found.ends_with("1 errors detected\n")
        };
        assert!(right, "{plb}: {found}");
    }
}
