//! The project's own stylesheets over its own documents, beside xsltproc where that is at hand.
