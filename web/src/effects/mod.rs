//! What changes the world outside the page's state: evaluation, storage, clipboard, files.

pub mod embed;
pub mod evaluate;
pub mod files;
pub mod outside;
pub mod start;
pub mod storage;
