//! Keys and sealed files from outside: real keys, real stores, and every way a file can be wrong.

mod auditing;
mod backup;
mod damaged;
mod fixture;
mod golden;
mod joining;
mod keys;
mod travelling;
mod volumes;
mod weights;
