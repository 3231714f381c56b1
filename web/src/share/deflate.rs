//! Raw deflate that begins with a dictionary both sides know.

use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress, create_comp_flags_from_zip_params};
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

/// Deflates `text` as if `dictionary` had gone before it, at a level from 1 (quick) to 9 (small).
pub fn pack(text: &[u8], dictionary: &[u8], level: i32) -> Vec<u8> {
    // Raw deflate without a zlib header, default strategy.
    let mut compressor = CompressorOxide::new(create_comp_flags_from_zip_params(level, -15, 0));
    let mut packed = vec![0; (text.len() + dictionary.len()) * 2 + 256];
    // A sync flush ends on a byte border, so that what the dictionary itself came to can be left out.
    let (_, _, skipped) = compress(&mut compressor, dictionary, &mut packed, TDEFLFlush::Sync);
    let (_, rest) = packed.split_at_mut_checked(skipped).unwrap_or_default();
    let (status, _, written) = compress(&mut compressor, text, rest, TDEFLFlush::Finish);
    debug_assert_eq!(status, TDEFLStatus::Done);
    rest.get(..written).unwrap_or_default().to_vec()
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
