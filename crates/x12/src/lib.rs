//! X12: from bytes to segments, loops and documents, and back.
