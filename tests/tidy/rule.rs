//! The rules of the house by name, and what is said when one is broken.

use std::fmt;

macro_rules! rules {
    ($($rule:ident $words:literal,)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Rule { $($rule,)* }

        impl Rule {
            pub const ALL: &'static [Rule] = &[$(Rule::$rule,)*];

            fn words(self) -> &'static str {
                match self { $(Rule::$rule => $words,)* }
            }
        }
    };
}

rules! {
    Layer "rooms import downward only, and never a room of their own layer",
    Room "every folder of src is a room of the layer table",
    Door "only io names kernel, clock, threads and dice",
    Unsafe "unsafe stands in io only, beside a comment that says why it is sound",
    Outside "no unwrap; and where outside bytes are parsed, what can refuse does not panic",
    Pure "model, wire, records, config and the machines neither wait, trace, print nor hash",
    Bounded "every queue has a limit",
    FileSize "a file has at most 400 lines, main.rs 30, a script 40",
    LineSize "a line has at most 100 columns",
    FunctionSize "a function has at most 70 lines",
    FunctionSpread "nine of ten functions have at most 30 lines",
    Parameters "a function has at most 5 parameters besides self",
    TypeParameters "an item has at most 1 type parameter",
    FileName "a file is named after its noun, never after a drawer",
    ModFile "mod.rs and lib.rs hold a charter and exports, no logic",
    Charter "every mod.rs opens with its charter, a room's in at least three lines",
    TopLevel "the top level and tests/ hold exactly the names of the plan",
    Dependency "every dependency says why it is here",
    Mark "nothing is left for later and no lint is silenced",
    MachinePath "no text names a path of one machine",
}

/// One broken rule at one place, with what to do about it.
#[derive(Debug)]
pub struct Complaint {
    pub rule: Rule,
    pub path: String,
    pub line: usize,
    pub advice: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Complaint {
            rule,
            path,
            line,
            advice,
        } = self;
        write!(
            f,
            "{path}:{line}: {rule:?}: {advice}\n    ({})",
            rule.words()
        )
    }
}
