//! Raw deflate that begins with a dictionary both sides know.

use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output, create_comp_flags_from_zip_params};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF};

/// Why bytes cannot be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnpackError {
    /// They are damaged.
    Damaged,
    /// They would come to more than the limit.
    TooLarge,
}

/// Deflates bytes a part at a time, as if a dictionary had gone before them.
pub struct Packer {
    compressor: Box<CompressorOxide>,
    bytes: Vec<u8>,
    read: usize,
    packed: Vec<u8>,
}

impl Packer {
    /// Begins, at a level from 1 (quick) to 9 (small).
    pub fn new(bytes: Vec<u8>, dictionary: &[u8], level: i32) -> Self {
        // Raw deflate without a zlib header, default strategy.
        let compressor = Box::new(CompressorOxide::new(create_comp_flags_from_zip_params(level, -15, 0)));
        let mut packer = Packer { compressor, bytes: Vec::new(), read: 0, packed: Vec::new() };
        // A sync flush ends on a byte border, so that what the dictionary itself came to can be left out.
        packer.put(dictionary, TDEFLFlush::Sync);
        packer.packed.clear();
        packer.bytes = bytes;
        packer
    }

    fn put(&mut self, part: &[u8], flush: TDEFLFlush) -> TDEFLStatus {
        let packed = &mut self.packed;
        let (status, _) = compress_to_output(&mut self.compressor, part, flush, |out| {
            packed.extend_from_slice(out);
            true
        });
        status
    }

    /// Packs no more than so many bytes, and tells whether all are packed.
    pub fn go_on(&mut self, most: usize) -> bool {
        let bytes = std::mem::take(&mut self.bytes);
        let end = bytes.len().min(self.read.saturating_add(most));
        let is_last = end == bytes.len();
        let status = self.put(bytes.get(self.read..end).unwrap_or_default(), if is_last { TDEFLFlush::Finish } else { TDEFLFlush::None });
        debug_assert_eq!(status, if is_last { TDEFLStatus::Done } else { TDEFLStatus::Okay });
        self.bytes = bytes;
        self.read = end;
        is_last
    }

    /// How many bytes have been packed, of how many.
    pub fn progress(&self) -> (usize, usize) {
        (self.read, self.bytes.len())
    }

    /// What came of it, once all are packed.
    pub fn packed(&self) -> &[u8] {
        &self.packed
    }
}

/// Deflates `text` as if `dictionary` had gone before it, at a level from 1 (quick) to 9 (small).
#[cfg(test)]
pub fn pack(text: &[u8], dictionary: &[u8], level: i32) -> Vec<u8> {
    let mut packer = Packer::new(text.to_vec(), dictionary, level);
    while !packer.go_on(usize::MAX) {}
    packer.packed
}

/// Takes back what [`pack`] did.
///
/// # Errors
/// If the bytes are damaged or would come to more than `limit`.
pub fn unpack(packed: &[u8], dictionary: &[u8], limit: usize) -> Result<Vec<u8>, UnpackError> {
    let most = dictionary.len() + limit;
    let mut size = (dictionary.len() + packed.len() * 8 + 1024).min(most);
    loop {
        // Back references into the dictionary work because it stands before the output.
        let mut output = dictionary.to_vec();
        output.resize(size, 0);
        let mut state = DecompressorOxide::new();
        let (status, _, written) = decompress(&mut state, packed, &mut output, dictionary.len(), TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF);
        match status {
            TINFLStatus::Done => {
                output.truncate(dictionary.len() + written);
                output.drain(..dictionary.len());
                return Ok(output);
            }
            TINFLStatus::HasMoreOutput if size < most => size = (size * 4).min(most),
            TINFLStatus::HasMoreOutput => return Err(UnpackError::TooLarge),
            _ => return Err(UnpackError::Damaged),
        }
    }
}
