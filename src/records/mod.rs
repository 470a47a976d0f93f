//! Record batches of format 2, identical on wire and disk.
