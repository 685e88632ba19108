"""X12 files of our own, in any delimiters, and the documents that they are read as."""

HEADER = [
    "ISA", "00", " " * 10, "00", " " * 10, "ZZ", "BLUEBIKES".ljust(15), "ZZ", "NORTHMILL".ljust(15), "260301", "0930",
    "U", "00401", "000000001", "0", "T",
]
ORDER = [
    ["BEG", "00", "SA", "PO-77", "", "20260301"], ["REF", "DP", "12"], ["N1", "BY", "Blue Bikes", "92", "100"],
    ["N4", "Utrecht", "", "3511", "NL"], ["PO1", "1", "4", "EA", "12.50", "", "VN", "CHAIN-9"],
    ["PID", "F", "", "", "", "Chain, nine gears"], ["CTT", "1"],
]
ORDER_SEGMENTS = [
    {"BEG_01": "00", "BEG_02": "SA", "BEG_03": "PO-77", "BEG_05": "20260301"},
    {"REF_01": "DP", "REF_02": "12"},
    {"N1-4000_loop": [
        {"N1_01": "BY", "N1_02": "Blue Bikes", "N1_03": "92", "N1_04": "100"},
        {"N4_01": "Utrecht", "N4_03": "3511", "N4_04": "NL"},
    ]},
    {"PO1-8000_loop": [
        {"PO1_01": "1", "PO1_02": "4", "PO1_03": "EA", "PO1_04": "12.50", "PO1_06": "VN", "PO1_07": "CHAIN-9"},
        {"PID-8150_loop": [{"PID_01": "F", "PID_05": "Chain, nine gears"}]},
    ]},
    {"CTT-9000_loop": [{"CTT_01": "1"}]},
]


def interchange(segments, code="850", group="PO", element="*", component=">", terminator="~", line_end="\n", sets=1):
    """A file with the segments in each of its transaction sets."""
    lines = [[*HEADER, component], ["GS", group, "BLUEBIKES", "NORTHMILL", "20260301", "0930", "1", "X", "004010"]]
    for number in range(1, sets + 1):
        lines += [["ST", code, f"{number:04}"], *segments, ["SE", str(len(segments) + 2), f"{number:04}"]]
    lines += [["GE", str(sets), "1"], ["IEA", "1", "000000001"]]
    return "".join(element.join(line) + terminator + line_end for line in lines).encode()


def order(**form):
    """A purchase order."""
    return interchange(ORDER, **form)


FREIGHT_BILL = interchange([["B3", "", "77", "", "PP", "", "20260301", "500"]], code="110", group="IA")
# The service-defined document of a purchase order, without dates: they are the present's.
DOCUMENT = {"interchanges": [{
    "ISA_05_SenderQualifier": "ZZ", "ISA_06_SenderId": "US", "ISA_07_ReceiverQualifier": "ZZ", "ISA_08_ReceiverId": "THEM",
    "ISA_13_InterchangeControlNumber": "000000077",
    "functional_groups": [{
        "GS_01_FunctionalIdentifierCode": "PO", "GS_02_ApplicationSenderCode": "US", "GS_03_ApplicationReceiverCode": "THEM",
        "GS_06_GroupControlNumber": "77", "GS_07_ResponsibleAgencyCode": "X", "GS_08_Version": "004010",
        "transactions": [{"ST_01_TransactionSetIdentifierCode": "850", "segments": ORDER_SEGMENTS}],
    }],
}]}
