//! Random numbers that are the same on every run.

/// A small generator: the state moves by a constant and is scrambled.
pub(crate) struct Numbers(u64);

impl Numbers {
    /// The numbers of one seed.
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// From 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// `base`, up to `spread` of it more or less.
    pub(crate) fn around(&mut self, base: f64, spread: f64) -> f64 {
        base * (1.0 + spread * (self.unit() + self.unit() - 1.0))
    }

    /// One of these.
    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[(self.unit() * of.len() as f64) as usize]
    }

    /// Sixteen bytes.
    pub(crate) fn bytes(&mut self) -> [u8; 16] {
        std::array::from_fn(|_| (self.unit() * 256.0) as u8)
    }
}
