//! The measured steps for WebAssembly, called and timed by `bench.mjs`. No bindings: numbers in, numbers out.
#![cfg_attr(target_family = "wasm", no_main)]
#![allow(unsafe_code, missing_docs, reason = "functions that a script calls must have their own names")]

use std::cell::RefCell;

use netpolis_tests::generate::{Plan, generate};
use netpolis_tests::measure::Steps;

thread_local! {
    static STEPS: RefCell<Option<Steps>> = const { RefCell::new(None) };
}

fn with<R>(run: impl FnOnce(&mut Steps) -> R) -> Option<R> {
    STEPS.with_borrow_mut(|steps| steps.as_mut().map(run))
}

#[unsafe(no_mangle)]
pub extern "C" fn prepare(pods: u32, policies: u32, seed: u32) {
    let plan = Plan { pods: pods as usize, policies: policies as usize, seed: seed.into(), cluster_wide: false, calico: false };
    STEPS.replace(Some(Steps::new(generate(&plan))));
}

#[unsafe(no_mangle)]
pub extern "C" fn load() {
    with(Steps::load);
}

#[unsafe(no_mangle)]
pub extern "C" fn compile() {
    with(Steps::compile);
}

#[unsafe(no_mangle)]
pub extern "C" fn connect() -> u64 {
    with(Steps::connect).unwrap_or_default()
}

#[unsafe(no_mangle)]
pub extern "C" fn open() {
    with(Steps::open);
}

#[unsafe(no_mangle)]
pub extern "C" fn type_something(round: u32) {
    with(|steps| steps.type_something(round as usize));
}

#[unsafe(no_mangle)]
pub extern "C" fn edit() -> u32 {
    with(Steps::edit).unwrap_or_default() as u32
}
