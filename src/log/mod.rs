//! One partition's log as arithmetic: plans out, completions in.
