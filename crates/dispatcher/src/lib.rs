//! AWS wire protocols: which service and operation a request names, who calls, and how replies and errors look.
