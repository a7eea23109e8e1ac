//! A country file in MaxMind's format with a few IPv4 networks, made by its specification:
//! <https://maxmind.github.io/MaxMind-DB/>.

use std::net::Ipv4Addr;

const STRING: u8 = 2;
const UINT16: u8 = 5;
const UINT32: u8 = 6;
const MAP: u8 = 7;

/// A record of the search tree.
#[derive(Clone, Copy)]
enum Record {
    Nothing,
    Node(usize),
    Data(usize),
}

/// The file's bytes: each network, given by its address and prefix length, lies in the country of its code.
pub fn bytes(networks: &[(Ipv4Addr, u8, &str)]) -> Vec<u8> {
    let mut nodes = vec![[Record::Nothing; 2]];
    let mut data = Vec::new();
    for (address, prefix, code) in networks {
        let at = data.len();
        data.push(MAP << 5 | 1);
        text(&mut data, "country");
        data.push(MAP << 5 | 1);
        text(&mut data, "iso_code");
        text(&mut data, code);
        let mut node = 0;
        for depth in 0..*prefix {
            let side = (u32::from(*address) >> (31 - depth) & 1) as usize;
            if depth + 1 == *prefix {
                nodes[node][side] = Record::Data(at);
            } else if let Record::Node(next) = nodes[node][side] {
                node = next;
            } else {
                nodes[node][side] = Record::Node(nodes.len());
                node = nodes.len();
                nodes.push([Record::Nothing; 2]);
            }
        }
    }
    let mut file = Vec::new();
    for record in nodes.iter().flatten() {
        let value = match record {
            Record::Nothing => nodes.len(),
            Record::Node(node) => *node,
            Record::Data(at) => nodes.len() + 16 + at,
        };
        file.extend_from_slice(&(value as u32).to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; 16]);
    file.extend(data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    metadata(&mut file, nodes.len() as u32);
    file
}

fn metadata(file: &mut Vec<u8>, node_count: u32) {
    file.push(MAP << 5 | 9);
    text(file, "node_count");
    file.push(UINT32 << 5 | 4);
    file.extend_from_slice(&node_count.to_be_bytes());
    for (name, value) in [("record_size", 24), ("ip_version", 4), ("binary_format_major_version", 2), ("binary_format_minor_version", 0)] {
        text(file, name);
        file.push(UINT16 << 5 | 2);
        file.extend_from_slice(&u16::to_be_bytes(value));
    }
    text(file, "database_type");
    text(file, "Test-Country");
    text(file, "build_epoch");
    file.extend_from_slice(&[1, 2, 1]); // one byte of an extended type, uint64
    text(file, "languages");
    file.extend_from_slice(&[0, 4]); // an empty array
    text(file, "description");
    file.push(MAP << 5);
}

fn text(out: &mut Vec<u8>, text: &str) {
    // Control bytes hold lengths below 29; the longest word here has 27 letters.
    out.push(STRING << 5 | text.len() as u8);
    out.extend_from_slice(text.as_bytes());
}
