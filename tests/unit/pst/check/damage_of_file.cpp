// Header, allocation maps, B-trees, blocks, nodes.
#include <algorithm>

#include "base/little_endian.hpp"
#include "unit/pst/check/damage.hpp"

namespace mbx::test {

using base::MutableByteView;

namespace {

constexpr Nid kInboxContents{kInbox.value + 12};
constexpr Nid kSecondAttachment{0x8045};

/// The attachment of the message with a large one.
Nid large_one(const Patient& p) {
    const auto subnodes = p.reader().subnodes(p.sub_block(kLargeAttachment));
    return subnodes->back().nid;
}

}  // namespace

std::vector<Damage> header_damages() {
    return {
        {"H1", "the sentinel", [](Patient& p) { p.header8(512, 0); }},
        {"H1", "dwCRCFull", [](Patient& p) { put32(p.bytes(), 524, 0); }},
        {"H1", "dwCRCPartial", [](Patient& p) { put32(p.bytes(), 4, 0); }},
        {"H1", "wVerClient", [](Patient& p) { p.header8(12, 12); }},
        {"H1", "a client that makes no PSTs",
         [](Patient& p) {
             p.header8(8, 'A');
             p.header8(9, 'B');
         }},
        {"H2", "ibFileEof", [](Patient& p) { p.header64(184, p.bytes().size() + 64); }},
        {"H3", "ibAMapLast", [](Patient& p) { p.header64(192, 0x1234); }},
        {"H4", "cbAMapFree", [](Patient& p) { p.header64(200, 64); }},
        {"H5", "fAMapValid", [](Patient& p) { p.header8(248, 0); }},
        {"H6", "bidNextB", [](Patient& p) { p.header64(516, 8); }},
        {"H6", "bidNextP", [](Patient& p) { p.header64(32, 1); }, {"H10"}},
        {"H7", "rgnid of messages", [](Patient& p) { p.header32(44 + 4 * 4, 0x10000); }},
        {"H6", "a bidNextP that leaves none",
         [](Patient& p) { p.header64(32, 0xFFFF'FFFF'0000'0000); }},
        {"H7", "rgnid of attachments", [](Patient& p) { p.header32(44 + 4 * 5, 0x400); }},
        {"H7", "an rgnid that leaves none", [](Patient& p) { p.header32(44, 0x8000'0000); }},
        told_as_info(
            {"H7", "an rgnid below its first value", [](Patient& p) { p.header32(44, 0x3FF); }}),
        {"H8", "dwReserved1", [](Patient& p) { p.header32(16, 7); }},
        {"H8", "wReserved of the ROOT", [](Patient& p) { p.header8(250, 1); }},
        {"H9", "dwUnique", [](Patient& p) { p.header32(40, 1); }},
        {"H10", "the CRC of the density list", [](Patient& p) { put8(p.bytes(), 0x4210, 1); }},
        {"H8", "the space behind the header", [](Patient& p) { put8(p.bytes(), 600, 1); }},
        {"H10", "the signature of the density list",
         [](Patient& p) { p.page(0x4200, [](MutableByteView page) { put16(page, 498, 1); }); }},
        {"H10", "the high half of the density list's bid",
         [](Patient& p) { put8(p.bytes(), 0x43FE, 1); }},
        {"H10", "the free space of a section in the density list",
         [](Patient& p) {
             p.page(0x4200, [](MutableByteView page) {
                 put8(page, 1, 1);
                 put32(page, 8, 7U << 20);
             });
         }},
        {"H10", "the length of the density list",
         [](Patient& p) { p.page(0x4200, [](MutableByteView page) { put8(page, 1, 200); }); }},
        told_as_info(
            {"H10", "flags of the density list",
             [](Patient& p) { p.page(0x4200, [](MutableByteView page) { put8(page, 0, 2); }); }}),
        told_as_info(
            {"H10", "the current page of the density list",
             [](Patient& p) { p.page(0x4200, [](MutableByteView page) { put32(page, 4, 77); }); }}),
        {"H11", "cbPMapFree", [](Patient& p) { p.header64(208, 512); }},
    };
}

std::vector<Damage> allocation_damages() {
    return {
        {"A1", "the AMap's type", [](Patient& p) { put8(p.bytes(), 0x4400 + 497, 0x83); }},
        {"A1", "the AMap's bid",
         [](Patient& p) { p.page(0x4400, [](MutableByteView page) { put64(page, 504, 6); }); }},
        {"A1", "the PMap's CRC", [](Patient& p) { put32(p.bytes(), 0x4600 + 500, 1); }},
        {"A2",
         "a block not allocated",
         [](Patient& p) {
             const std::uint64_t slot = (p.offset_of(p.data_block(kPlainMessage)) - 0x4400) / 64;
             p.page(0x4400, [&](MutableByteView page) {
                 page[slot / 8] &= ~std::byte{static_cast<std::uint8_t>(0x80U >> slot % 8)};
             });
         },
         {"H4"}},
        {"A2",
         "the AMap not allocated",
         [](Patient& p) { p.page(0x4400, [](MutableByteView page) { put8(page, 0, 0x7F); }); },
         {"H4"}},
        {"A3",
         "a block in another's place",
         [](Patient& p) {
             const std::uint64_t other = p.offset_of(p.data_block(kRichMessage));
             p.bbt_entry(p.data_block(kPlainMessage),
                         [&](MutableByteView e) { put64(e, 8, other); });
         },
         {"A5", "B1"}},
        {"A4", "a block off its alignment",
         [](Patient& p) {
             p.bbt_entry(p.data_block(kPlainMessage), [](MutableByteView e) { put8(e, 8, 0x20); });
         }},
        {"A4", "a block beyond the end",
         [](Patient& p) {
             p.bbt_entry(p.data_block(kPlainMessage),
                         [](MutableByteView e) { put64(e, 8, 0x10000000); });
         }},
        {"A5", "a slot that nothing uses",
         [](Patient& p) {
             p.page(0x4400, [](MutableByteView page) {
                 const auto free = std::find(page.begin(), page.end(), std::byte{0});
                 *free = std::byte{1};
             });
             p.header64(200, base::read_record<base::le64>(p.bytes(), 200) - 64);
         }},
        {"A6", "a free page in the PMap",
         [](Patient& p) { p.page(0x4600, [](MutableByteView page) { put8(page, 0, 0); }); }},
        {"A6", "a bit of rgbFP", [](Patient& p) { p.header8(384, 0x7F); }},
        {"A7", "a byte of rgbFM", [](Patient& p) { p.header8(256, 3); }},
        {"A7", "a byte of rgbFM without a section", [](Patient& p) { p.header8(383, 3); }},
    };
}

std::vector<Damage> tree_damages() {
    return {
        {"T1", "a page's CRC", [](Patient& p) { put32(p.bytes(), p.root_page(true) + 500, 1); }},
        told_as_info({"T1", "a page's cEntMax",
                      [](Patient& p) {
                          p.page(p.root_page(true), [](MutableByteView page) {
                              put8(page, 489, std::to_integer<std::uint8_t>(page[489]) - 1);
                          });
                      }}),
        {"T1", "a page's signature",
         [](Patient& p) {
             p.page(p.root_page(true), [](MutableByteView page) { put16(page, 498, 1); });
         }},
        {"T1",
         "a page's BID",
         [](Patient& p) {
             p.page(p.root_page(true), [&](MutableByteView page) {
                 const auto bid = base::read_record<base::le64>(page, 504);
                 put64(page, 504, bid ^ 0x100);
                 const auto low = static_cast<std::uint32_t>(p.root_page(true) ^ bid ^ 0x100);
                 put16(page, 498, static_cast<std::uint16_t>(low >> 16 ^ low));
             });
         },
         {"H6"}},
        {"T2", "a key of the parent",
         [](Patient& p) {
             p.page(p.root_page(true), [](MutableByteView page) {
                 put64(page, 24, base::read_record<base::le64>(page, 24) - 1);
             });
         }},
        {"T3", "padding of a leaf entry",
         [](Patient& p) {
             p.nbt_entry(kPlainMessage, [](MutableByteView e) { put32(e, 28, 9); });
         }},
        {"T3", "the upper half of a subnode's NID",
         [](Patient& p) {
             p.block(p.sub_block(kRichMessage), [](MutableByteView data) { put32(data, 12, 1); });
         }},
        {"B1", "a block's CRC",
         [](Patient& p) { put8(p.bytes(), p.offset_of(p.data_block(kPlainMessage)), 1); }},
        {"B1", "a block's signature",
         [](Patient& p) {
             const Bid bid = p.data_block(kPlainMessage);
             put16(p.bytes(),
                   p.offset_of(bid) + (p.index().find(bid)->cb + 16U + 63U) / 64U * 64U - 14, 1);
         }},
        {"B1", "a block's size",
         [](Patient& p) {
             p.bbt_entry(p.data_block(kPlainMessage), [](MutableByteView e) {
                 put16(e, 16, base::read_record<base::le16>(e, 16) - 1);
             });
         }},
        {"B2",
         "a BID that does not exist",
         [](Patient& p) {
             p.nbt_entry(kPlainMessage, [](MutableByteView e) { put64(e, 8, 0x7FFC); });
         },
         {"B3"}},
        {"B4", "a cRef too high",
         [](Patient& p) {
             p.bbt_entry(p.data_block(kPlainMessage), [](MutableByteView e) { put16(e, 18, 3); });
         }},
        {"B4", "a cRef of 1",
         [](Patient& p) {
             p.bbt_entry(p.data_block(kPlainMessage), [](MutableByteView e) { put16(e, 18, 1); });
         }},
        {"B3",
         "a block without an owner",
         [](Patient& p) { p.nbt_entry(Nid{0x201}, [](MutableByteView e) { put64(e, 8, 0); }); },
         {"S19"}},
        told_as_info({"B3",
                      "a block that was released",
                      [](Patient& p) {
                          const Bid bid = p.data_block(Nid{0x201});
                          p.nbt_entry(Nid{0x201}, [](MutableByteView e) { put64(e, 8, 0); });
                          p.bbt_entry(bid, [](MutableByteView e) { put16(e, 18, 1); });
                      },
                      {"S19"}}),
        {"B5",
         "lcbTotal",
         [](Patient& p) {
             const auto subnodes =
                 p.reader().subnodes(p.sub_block({kRichMessage, kSecondAttachment}));
             p.block(subnodes->at(0).data, [](MutableByteView d) { put32(d, 4, 5); });
         },
         {"S14"}},
        {"B5",
         "lcbTotal of an XBLOCK below an XXBLOCK",
         [](Patient& p) {
             const auto subnodes =
                 p.reader().subnodes(p.sub_block({kLargeAttachment, large_one(p)}));
             Bid first;
             p.block(subnodes->at(0).data,
                     [&](MutableByteView d) { first = Bid{base::read_record<base::le64>(d, 8)}; });
             p.block(first, [](MutableByteView d) { put32(d, 4, 8'347'695); });
         },
         {},
         Sample::Large},
        {"B6",
         "a key of an SIBLOCK",
         [](Patient& p) {
             p.block(p.sub_block(kManyAttachments), [](MutableByteView d) {
                 put64(d, 24, base::read_record<base::le64>(d, 24) + 1);
             });
         },
         {},
         Sample::Large},
        {"B6", "subnodes out of order",
         [](Patient& p) {
             p.block(p.sub_block(kRichMessage), [](MutableByteView data) {
                 std::swap_ranges(data.begin() + 8, data.begin() + 32, data.begin() + 32);
             });
         }},
        {"B6", "padding of an SLBLOCK",
         [](Patient& p) {
             p.block(p.sub_block(kRichMessage), [](MutableByteView data) { put32(data, 4, 1); });
         }},
        {"B7",
         "subnodes in place of data",
         [](Patient& p) {
             p.nbt_entry(kRichMessage, [](MutableByteView e) {
                 put64(e, 8, base::read_record<base::le64>(e, 16));
             });
         },
         {"B3", "B4"}},
        {"B7", "bit 0 of a BID",
         [](Patient& p) {
             p.bbt_entry(p.data_block(kPlainMessage), [](MutableByteView e) {
                 put64(e, 0, base::read_record<base::le64>(e, 0) | 1);
             });
         }},
        told_as_info({"B7", "bit 0 of a BID in a node",
                      [](Patient& p) {
                          p.nbt_entry(kPlainMessage, [](MutableByteView e) {
                              put64(e, 8, base::read_record<base::le64>(e, 8) | 1);
                          });
                      }}),
        {"B7", "a type that no internal block has",
         [](Patient& p) {
             p.block(p.sub_block(kRichMessage), [](MutableByteView data) { put8(data, 0, 9); });
         }},
        {"N2",
         "a message without a folder",
         [](Patient& p) {
             p.nbt_entry(kPlainMessage, [](MutableByteView e) { put32(e, 24, 0x9992); });
         },
         {"S10", "N4"}},
        {"N2", "a queue whose head is behind its end",
         [](Patient& p) {
             p.nbt_entry(Nid{0x1E1}, [](MutableByteView e) { put32(e, 24, 0x4000); });
         }},
        told_as_info({"N2", "a store with a parent",
                      [](Patient& p) {
                          p.nbt_entry(Nid{0x21}, [](MutableByteView e) { put32(e, 24, 0x122); });
                      }}),
        {"N2", "a table with a parent",
         [](Patient& p) {
             p.nbt_entry(kInboxContents, [](MutableByteView e) { put32(e, 24, kInbox.value); });
         }},
        {"N1", "a NID of more than 32 bits",
         [](Patient& p) { p.nbt_entry(Nid{0x200424}, [](MutableByteView e) { put32(e, 4, 1); }); }},
        {"N4",
         "a message that its folder does not list",
         [](Patient& p) {
             p.nbt_entry(kPlainMessage, [](MutableByteView e) { put32(e, 24, kWork.value); });
         },
         {"S10"}},
        {"N3",
         "a folder below itself",
         [](Patient& p) {
             p.nbt_entry(kInbox, [](MutableByteView e) { put32(e, 24, kWork.value); });
         },
         {"N4", "S7"}},
    };
}

}  // namespace mbx::test
