// The message store, what lies beside it, folders.
#include <algorithm>

#include "base/little_endian.hpp"
#include "unit/pst/check/damage.hpp"

namespace mbx::test {

using base::MutableByteView;

namespace {

constexpr Nid kStore{0x21};
constexpr Nid kIdMap{0xC01};
constexpr Nid kInboxContents{kInbox.value + 12};
constexpr Nid kInboxHierarchy{kInbox.value + 11};

void put_nid(MutableByteView bytes, std::size_t at, Nid nid) {
    put32(bytes, at, nid.value);
}

/// A property gets another identifier: the next one.
std::function<void(Patient&)> rename_property(const NodePath& path, std::uint32_t tag) {
    return [=](Patient& p) {
        p.record(path, tag, [&](MutableByteView record) {
            put16(record, 0, static_cast<std::uint16_t>((tag >> 16) + 1));
        });
    };
}

/// An inline value of a property.
std::function<void(Patient&)> set_property(const NodePath& path, std::uint32_t tag,
                                           std::uint32_t value) {
    return [=](Patient& p) {
        p.record(path, tag, [&](MutableByteView record) { put32(record, 4, value); });
    };
}

/// A record of the name-to-id map's entry stream: eight bytes.
std::function<void(Patient&)> change_name(std::size_t at, std::uint16_t value) {
    return [=](Patient& p) {
        p.value({Nid{0x61}}, 0x00030102,
                [&](MutableByteView entries) { put16(entries, at, value); });
    };
}

void mark_present(MutableByteView row, const pst::check::Table& table, std::uint32_t tag) {
    const pst::check::Column* column = table.find(mapi::PropertyTag::from_value(tag));
    const std::size_t bits = row.size() - (table.columns().size() + 7) / 8;
    row[bits + column->bit / 8] |= std::byte{static_cast<std::uint8_t>(0x80U >> column->bit % 8)};
}

/// Puts the bytes of an index in the place of the ID map: as 0xC01, or as 0xE01, the message index.
void put_index(Patient& p, Nid nid, const base::Bytes& bytes) {
    const Bid bid = p.data_block(kIdMap);
    if (nid != kIdMap) {
        p.nbt_entry(kIdMap, [](MutableByteView e) { put64(e, 8, 0); });
        p.nbt_entry(Nid{0xE41}, [&](MutableByteView e) {
            put64(e, 0, nid.value);
            put64(e, 8, bid.value);
        });
    }
    p.replace(bid, bytes);
}

base::Bytes bth_header(std::uint8_t key_size, std::uint8_t data_size, std::uint32_t root) {
    base::Bytes result{std::byte{0xB5}, std::byte{key_size}, std::byte{data_size}, std::byte{0}};
    base::append_le(result, root);
    return result;
}

base::Bytes numbers(std::initializer_list<std::uint32_t> values) {
    base::Bytes result;
    for (const std::uint32_t value : values) {
        base::append_le(result, value);
    }
    return result;
}

/// One record of 16 bytes 0x11, leading to a node.
base::Bytes id_map_of(Nid nid) {
    base::Bytes record(16, std::byte{0x11});
    base::append_le(record, nid.value);
    return heap_of(pst::ltp::HeapClient::IdMap, {numbers({0x40}), bth_header(16, 4, 0x60), record});
}

base::Bytes message_index_of(std::initializer_list<std::uint32_t> messages) {
    return heap_of(pst::ltp::HeapClient::MessageIndex,
                   {numbers({0x40, 1, 0x200024}), bth_header(4, 4, 0x60),
                    numbers({0xFFFF1234, 0x80}), numbers(messages)});
}

}  // namespace

std::vector<Damage> store_damages() {
    return {
        {"S1",
         "a template's NID",
         [](Patient& p) { p.nbt_entry(Nid{0x60F}, [](MutableByteView e) { put64(e, 0, 0x60C); }); },
         {"T2"}},
        {"S2", "a node of Outlook's",
         [](Patient& p) {
             p.nbt_entry(Nid{0x6F8}, [](MutableByteView e) { put64(e, 0, 0x6F9); });
         }},
        {"S3", "a column of a template",
         [](Patient& p) {
             p.after(p.data_block(Nid{0x60F}), {}, [](MutableByteView d) {
                 const base::Bytes pattern = column_of(0x682F001F);
                 const auto at = std::search(d.begin(), d.end(), pattern.begin(), pattern.end());
                 put32(d, static_cast<std::size_t>(at - d.begin()), 0x682F001E);
             });
         }},
        {"S4", "the record key", rename_property({kStore}, 0x0FF90102)},
        {"S4", "an EntryID's node",
         [](Patient& p) {
             p.value({kStore}, 0x35E30102, [](MutableByteView v) { put_nid(v, 20, Nid{0x9002}); });
         }},
        {"S4", "an EntryID's UID",
         [](Patient& p) {
             p.value({kStore}, 0x35E30102, [](MutableByteView v) { put32(v, 4, 0); });
         }},
        {"S5", "a bit of the folder mask", set_property({kStore}, 0x35DF0003, 0xFF)},
        {"S6", "a table of a folder",
         [](Patient& p) {
             p.nbt_entry(Nid{kInbox.value + 13},
                         [](MutableByteView e) { put64(e, 0, kInbox.value + 14); });
         }},
        {"S6", "the flags of a search folder", rename_property({Nid{0x2227}}, 0x660B0003)},
        {"S7", "the name of a folder",
         [](Patient& p) {
             p.value({kWork}, 0x3001001F, [](MutableByteView v) { put8(v, 0, 'x'); });
         }},
        {"S7",
         "a row of a folder that does not exist",
         [](Patient& p) {
             p.after(p.data_block(kInboxHierarchy), {}, [](MutableByteView d) {
                 const base::Bytes pattern = little_endian32(kWork.value);
                 for (auto at = d.begin();;) {
                     at = std::search(at, d.end(), pattern.begin(), pattern.end());
                     if (at == d.end()) {
                         break;
                     }
                     put_nid(d, static_cast<std::size_t>(at - d.begin()), Nid{0x9002});
                 }
             });
         },
         {"N4"}},
        {"S8",
         "PidTagSubfolders of a folder without any",
         set_property({kWork}, 0x360A000B, 1),
         {"S7"}},
        {"S9", "PidTagContentCount", set_property({kWork}, 0x36020003, 29), {"S7"}},
        {"S9", "PidTagContentUnreadCount", set_property({kWork}, 0x36030003, 3), {"S7"}},
        {"S16", "the number of buckets", set_property({Nid{0x61}}, 0x00010003, 250)},
        {"S16", "the number of an entry", change_name(6, 7)},
        {"S16", "the GUID of an entry", change_name(4, 0x7FE)},
        {"S17", "the kind of the ID map",
         [](Patient& p) {
             p.block(p.data_block(kIdMap), [](MutableByteView d) { put8(d, 3, 0xCC); });
         }},
        {"S17", "an ID map that rows do not use",
         [](Patient& p) { put_index(p, kIdMap, id_map_of(kInbox)); }},
        {"S17", "an ID map that names no node",
         [](Patient& p) { put_index(p, kIdMap, id_map_of(Nid{0x9002})); }},
        {"S17", "a replica identifier that the ID map does not have",
         [](Patient& p) {
             p.row({kInboxHierarchy}, 0, [](MutableByteView row, const pst::check::Table& table) {
                 mark_present(row, table, 0x0E300102);
             });
         }},
        {"S17", "a message that the message index does not have",
         [](Patient& p) { put_index(p, Nid{0xE01}, message_index_of({kPlainMessage.value})); }},
        {"S18", "the folder of the default message class",
         [](Patient& p) {
             p.row({Nid{0x62B}}, 0, [](MutableByteView row, const pst::check::Table& table) {
                 put32(row, table.find({0x6605, mapi::PropertyType::Integer32})->offset, 0x9002);
             });
         }},
        {"S19", "a search folder in the activity list",
         [](Patient& p) {
             p.block(p.data_block(Nid{0x201}), [](MutableByteView d) { put32(d, 0, 0x9003); });
         }},
        {"S20",
         "the Calendar's EntryID in the Inbox",
         [](Patient& p) {
             p.value({kInbox}, 0x36D00102, [](MutableByteView v) { put_nid(v, 20, Nid{0x9002}); });
         },
         {},
         Sample::Large},
        {"S20",
         "the EntryID of Junk E-mail in the root folder",
         [](Patient& p) {
             p.value({Nid{0x122}}, 0x36D81102,
                     [](MutableByteView v) { put_nid(v, v.size() - 4, Nid{0x9002}); });
         },
         {},
         Sample::Large},
    };
}

}  // namespace mbx::test
