//! Settings: one table of keys, text in, typed settings out.
