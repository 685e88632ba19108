//! The fault engine: rules, facts, clock and seed in, a plan out.
