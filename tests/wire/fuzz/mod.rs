//! Every parser against seeded mutations of golden vectors: a bounded number of them in the
//! ordinary tests, as many as there is time for by `scripts/fuzz`.

mod mutation;
mod rounds;
mod target;
