//! What changes the world outside the page's state: evaluation, storage, clipboard, files.

pub mod address;
pub mod embed;
pub mod evaluate;
pub mod files;
pub mod focus;
pub mod keep;
pub mod layout;
pub mod outside;
pub mod raster;
pub mod start;
pub mod storage;
pub mod tips;
