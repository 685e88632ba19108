//! The keys of the envelope in a document.

/// The names of ISA01 to ISA15 in the document; that of ISA11 is for a separator.
pub(crate) const ISA_NAMES: [&str; 15] = [
    "AuthorizationQualifier",
    "AuthorizationInformation",
    "SecurityQualifier",
    "SecurityInformation",
    "SenderQualifier",
    "SenderId",
    "ReceiverQualifier",
    "ReceiverId",
    "Date",
    "Time",
    "RepetitionSeparator",
    "Version",
    "InterchangeControlNumber",
    "AcknowledgmentRequested",
    "TestIndicator",
];

/// The name of ISA11 if it names a standard.
pub(crate) const ISA_11_STANDARD: &str = "StandardsId";

/// The names of GS01 to GS08 in the document.
pub(crate) const GS_NAMES: [&str; 8] = [
    "FunctionalIdentifierCode",
    "ApplicationSenderCode",
    "ApplicationReceiverCode",
    "Date",
    "Time",
    "GroupControlNumber",
    "ResponsibleAgencyCode",
    "Version",
];

/// The names of ST01 to ST03 in the document.
pub(crate) const ST_NAMES: [&str; 3] = [
    "TransactionSetIdentifierCode",
    "TransactionSetControlNumber",
    "ImplementationConventionReference",
];
