//! The b2bi-local binary: command line, configuration, listener, layers and admin API.
