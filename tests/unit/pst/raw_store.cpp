#include "unit/pst/raw_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "pst/ndb/crypt.hpp"

namespace mbx::test {
namespace {

constexpr std::size_t kBlock = 8176;

std::uint16_t u16_at(const std::string& bytes, std::size_t at) {
    return static_cast<std::uint16_t>(little_endian(bytes, at, 2));
}
std::uint8_t u8_at(const std::string& bytes, std::size_t at) {
    return static_cast<std::uint8_t>(little_endian(bytes, at, 1));
}

std::size_t fixed_size(std::uint32_t tag) {
    switch (tag & 0xFFFF) {
        case 0x000B:
            return 1;
        case 0x0002:
            return 2;
        case 0x0003:
        case 0x0004:
        case 0x000A:
            return 4;
        case 0x0005:
        case 0x0006:
        case 0x0007:
        case 0x0014:
        case 0x0040:
            return 8;
        case 0x0048:
            return 16;
        default:
            return 0;
    }
}

std::size_t header_size(std::size_t block) {
    if (block == 0) {
        return 12;
    }
    return block % 128 == 8 ? 66 : 2;
}

int level_of(std::size_t free_bytes) {
    const std::size_t least[] = {3584, 2560, 2048, 1792, 1536, 1280, 1024, 768,
                                 512,  256,  128,  64,   32,   16,   8};
    int level = 0;
    for (const std::size_t at_least : least) {
        if (free_bytes >= at_least) {
            return level;
        }
        ++level;
    }
    return level;
}

}  // namespace

std::uint64_t little_endian(const std::string& bytes, std::size_t at, std::size_t size) {
    if (at + size > bytes.size()) {
        throw std::runtime_error(fmt::format("{} bytes at {} of {}", size, at, bytes.size()));
    }
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) {
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

std::uint32_t integer_of(const RawProperties& properties, std::uint32_t tag) {
    const auto found = properties.find(tag);
    return found != properties.end() ? u32_at(found->second.bytes, 0) : 0;
}

std::string wide(const std::string& ascii) {
    std::string result;
    for (const char c : ascii) {
        result += {c, '\0'};
    }
    return result;
}

RawStore::RawStore(const std::string& path) : pst_(path), fd_(::open(path.c_str(), O_RDONLY)) {
    ndb_problems_ = pst_.problems();
}

void RawStore::expect(bool held, const std::string& what) {
    if (!held) {
        problems_.push_back(what);
    }
}

RawNode RawStore::node(std::uint32_t nid) const {
    const RawPst::Node& node = pst_.nodes().at(nid);
    return {node.data, node.sub};
}

std::string RawStore::block(std::uint64_t bid) const {
    const RawPst::Block& block = pst_.blocks().at(bid);
    std::string bytes(block.cb, '\0');
    if (::pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(block.ib)) !=
        static_cast<ssize_t>(bytes.size())) {
        throw std::runtime_error("cannot read a block");
    }
    if ((bid & 2) == 0) {
        pst::ndb::decode(static_cast<pst::ndb::CryptMethod>(pst_.u8(513)), {bid},
                         std::as_writable_bytes(std::span(bytes.data(), bytes.size())));
    }
    return bytes;
}

std::string RawStore::data(std::uint64_t bid) const {
    if (bid == 0) {
        return {};
    }
    if ((bid & 2) == 0) {
        return block(bid);
    }
    const std::string index = block(bid);
    std::string result;
    for (std::size_t i = 0; i < u16_at(index, 2); ++i) {
        result += data(little_endian(index, 8 + 8 * i, 8));
    }
    if (result.size() != u32_at(index, 4)) {
        problems_.push_back(fmt::format("XBLOCK {:#x}: lcbTotal", bid));
    }
    return result;
}

std::map<std::uint32_t, RawNode> RawStore::subnodes(std::uint64_t bid) const {
    std::map<std::uint32_t, RawNode> result;
    if (bid == 0) {
        return result;
    }
    const std::string index = block(bid);
    for (std::size_t i = 0; i < u16_at(index, 2); ++i) {
        if (u8_at(index, 1) == 1) {
            result.merge(subnodes(little_endian(index, 8 + 16 * i + 8, 8)));
        } else {
            result[u32_at(index, 8 + 24 * i)] = {little_endian(index, 8 + 24 * i + 8, 8),
                                                 little_endian(index, 8 + 24 * i + 16, 8)};
        }
    }
    return result;
}

std::string RawStore::heap_item(const std::string& heap, std::uint32_t hid) const {
    const std::size_t start = (hid >> 16) * kBlock;
    const std::size_t map = start + u16_at(heap, start);
    const std::size_t number = (hid & 0xFFFF) >> 5;
    if (number < 1 || number > u16_at(heap, map)) {
        throw std::runtime_error(fmt::format("no heap item {:#x}", hid));
    }
    const std::size_t from = u16_at(heap, map + 4 + 2 * (number - 1));
    const std::size_t to = u16_at(heap, map + 4 + 2 * number);
    return heap.substr(start + from, to - from);
}

std::map<std::string, std::string> RawStore::records(const std::string& heap, std::uint32_t header,
                                                     std::size_t key, std::size_t data) const {
    const std::string head = heap_item(heap, header);
    if (u8_at(head, 0) != 0xB5 || u8_at(head, 1) != key || u8_at(head, 2) != data) {
        throw std::runtime_error("BTH header");
    }
    std::map<std::string, std::string> result;
    std::vector<std::uint32_t> items;
    if (u32_at(head, 4) != 0) {
        items.push_back(u32_at(head, 4));
    }
    for (int level = u8_at(head, 3); level > 0; --level) {
        std::vector<std::uint32_t> below;
        for (const std::uint32_t hid : items) {
            const std::string index = heap_item(heap, hid);
            for (std::size_t at = 0; at < index.size(); at += key + 4) {
                below.push_back(u32_at(index, at + key));
                if (heap_item(heap, below.back()).substr(0, key) != index.substr(at, key)) {
                    throw std::runtime_error("BTH index key is not the first key below");
                }
            }
        }
        items = below;
    }
    std::uint64_t last = 0;
    for (const std::uint32_t hid : items) {
        const std::string leaf = heap_item(heap, hid);
        for (std::size_t at = 0; at < leaf.size(); at += key + data) {
            const std::uint64_t number = little_endian(leaf, at, std::min<std::size_t>(key, 8));
            if (!result.empty() && number <= last) {
                throw std::runtime_error("BTH keys do not ascend");
            }
            last = number;
            result[leaf.substr(at, key)] = leaf.substr(at + key, data);
        }
    }
    return result;
}

RawProperties RawStore::properties(const RawNode& node) const {
    const std::string heap = data(node.data);
    const auto subs = subnodes(node.sub);
    RawProperties result;
    for (const auto& [key, record] : records(heap, u32_at(heap, 4), 2, 6)) {
        const std::uint32_t tag = std::uint32_t{u16_at(key, 0)} << 16 | u16_at(record, 0);
        const std::uint32_t hnid = u32_at(record, 2);
        const std::size_t size = fixed_size(tag);
        RawValue& value = result[tag];
        if (size != 0 && size <= 4) {
            value.bytes = record.substr(2, size);
            if (record.substr(2 + size) != std::string(4 - size, '\0')) {
                throw std::runtime_error("unused bytes of an inline value");
            }
        } else if (hnid != 0) {
            value.hnid = hnid;
            value.bytes = (hnid & 0x1F) == 0 ? heap_item(heap, hnid) : data(subs.at(hnid).data);
        }
    }
    return result;
}

RawTable RawStore::table(const RawNode& node) const {
    const std::string heap = data(node.data);
    const auto subs = subnodes(node.sub);
    const std::string info = heap_item(heap, u32_at(heap, 4));
    RawTable table;
    for (std::size_t i = 0; i < 4; ++i) {
        table.ends.push_back(u16_at(info, 2 + 2 * i));
    }
    for (std::size_t i = 0; i < u8_at(info, 1); ++i) {
        const std::size_t at = 22 + 8 * i;
        table.columns.push_back(
            {u32_at(info, at), u16_at(info, at + 4), u8_at(info, at + 6), u8_at(info, at + 7)});
    }
    const std::uint32_t place = table.matrix = u32_at(info, 14);
    std::string matrix;
    if (place != 0) {
        matrix = (place & 0x1F) == 0 ? heap_item(heap, place) : data(subs.at(place).data);
    }
    const std::size_t width = table.ends[3];
    const bool in_blocks = (place & 0x1F) != 0;
    for (const auto& [key, record] : records(heap, u32_at(info, 10), 4, 4)) {
        const std::size_t number = u32_at(record, 0);
        const std::size_t per_block = kBlock / width;
        const std::size_t at =
            in_blocks ? number / per_block * kBlock + number % per_block * width : number * width;
        const std::string row = matrix.substr(at, width);
        RawProperties& cells = table.rows[u32_at(key, 0)];
        for (const RawColumn& column : table.columns) {
            const std::string cell = row.substr(column.at, column.size);
            if ((u8_at(row, table.ends[2] + column.bit / 8) & 0x80 >> column.bit % 8) == 0) {
                if (cell != std::string(column.size, '\0')) {
                    throw std::runtime_error("an absent cell has bytes");
                }
                continue;
            }
            RawValue& value = cells[column.tag];
            const std::size_t fixed = fixed_size(column.tag);
            if (fixed != 0 && fixed <= 8) {
                value.bytes = cell;
            } else if (value.hnid = u32_at(cell, 0); value.hnid != 0) {
                value.bytes = (value.hnid & 0x1F) == 0 ? heap_item(heap, value.hnid)
                                                       : data(subs.at(value.hnid).data);
            }
        }
    }
    return table;
}

std::uint64_t RawStore::size_of(const RawNode& node) const {
    std::uint64_t size = data(node.data).size();
    for (const auto& [nid, sub] : subnodes(node.sub)) {
        size += size_of(sub);
    }
    return size;
}

std::vector<std::uint32_t> RawStore::nids_of_type(std::uint32_t type) const {
    std::vector<std::uint32_t> result;
    for (const auto& [nid, node] : pst_.nodes()) {
        if ((nid & 0x1F) == type) {
            result.push_back(nid);
        }
    }
    return result;
}

void RawStore::check_heap(const std::string& where, const std::string& heap) {
    std::vector<int> levels;
    for (std::size_t start = 0; start < heap.size(); start += kBlock) {
        const std::size_t block = start / kBlock;
        const std::size_t map = start + u16_at(heap, start);
        const std::size_t count = u16_at(heap, map);
        std::size_t end = header_size(block);
        expect(u16_at(heap, map + 4) == end, where + ": first item does not follow the header");
        for (std::size_t i = 1; i <= count; ++i) {
            const std::size_t next = u16_at(heap, map + 4 + 2 * i);
            expect(next > end && next - end <= 3580, where + ": size of a heap item");
            end = next;
        }
        expect(start + (end + 1) / 2 * 2 == map, where + ": place of the page map");
        expect(u16_at(heap, map + 2) == 0, where + ": cFree");
        expect(count <= 2047, where + ": too many items");
        levels.push_back(level_of(kBlock - (map - start + 4 + 2 * (count + 1))));
    }
    for (std::size_t block = 0; block < levels.size(); ++block) {
        const std::size_t group = block < 8 ? 0 : (block - 8) / 128 * 128 + 8;
        const std::size_t at = group * kBlock + (group == 0 ? 8 : 2) + (block - group) / 2;
        const int stored = u8_at(heap, at) >> ((block - group) % 2 * 4) & 0xF;
        expect(stored == levels[block], fmt::format("{}: fill level of block {}", where, block));
    }
}

// Every leaf but the last is full, every XBLOCK but the last too.
void RawStore::check_tree_shape(std::uint64_t bid) {
    if ((bid & 2) == 0) {
        return;
    }
    const std::string index = block(bid);
    const std::size_t count = u16_at(index, 2);
    for (std::size_t i = 0; i + 1 < count; ++i) {
        const std::uint64_t child = little_endian(index, 8 + 8 * i, 8);
        const bool full = u8_at(index, 1) == 1 ? pst_.blocks().at(child).cb == kBlock
                                               : u16_at(block(child), 2) == 1021;
        expect(full, fmt::format("block {:#x}: inner block is not full", bid));
    }
}

void RawStore::check_subnodes_used(const std::string& where, const RawNode& node,
                                   std::set<std::uint32_t> used) {
    for (const auto& [nid, sub] : subnodes(node.sub)) {
        expect(used.contains(nid), fmt::format("{}: nothing names subnode {:#x}", where, nid));
        check_tree_shape(sub.data);
    }
    check_heap(where, data(node.data));
    check_tree_shape(node.data);
}

namespace {

std::set<std::uint32_t> hnids_of(const RawProperties& properties) {
    std::set<std::uint32_t> result;
    for (const auto& [tag, value] : properties) {
        if ((value.hnid & 0x1F) != 0) {
            result.insert(value.hnid);
        }
        if ((tag & 0xFFFF) == 0x000D) {
            result.insert(u32_at(value.bytes, 0));
        }
    }
    return result;
}

std::set<std::uint32_t> hnids_of(const RawTable& table) {
    std::set<std::uint32_t> result{table.matrix};
    for (const auto& [id, row] : table.rows) {
        result.merge(hnids_of(row));
    }
    return result;
}

}  // namespace

void RawStore::check_version(const std::string& where, const RawProperties& row) {
    const std::uint32_t version = integer_of(row, 0x67F30003);
    expect(versions_.insert(version).second, where + ": row version occurs twice");
    expect(version < pst_.u32(40), where + ": row version is not below dwUnique");
}

void RawStore::check_row(const std::string& where, const RawProperties& row,
                         const RawProperties& object, const RawTable& table) {
    check_version(where, row);
    for (const RawColumn& column : table.columns) {
        static const std::set<std::uint32_t> row_only{0x67F20003, 0x67F30003, 0x0E300102,
                                                      0x0E330014, 0x0E340102, 0x0E380003,
                                                      0x0E3C0102, 0x0E3D0102, 0x30130102};
        if (row_only.contains(column.tag)) {
            continue;
        }
        const auto cell = row.find(column.tag);
        const auto property = object.find(column.tag);
        expect((cell == row.end()) == (property == object.end()),
               fmt::format("{}: {:#010x} is not in both", where, column.tag));
        if (cell != row.end() && property != object.end()) {
            expect(cell->second.bytes == property->second.bytes,
                   fmt::format("{}: {:#010x} differs", where, column.tag));
        }
    }
}

void RawStore::check_attachment(const std::string& where, const RawNode& node,
                                const RawProperties& row, const RawTable& table) {
    const RawProperties all = properties(node);
    check_row(where, row, all, table);
    check_subnodes_used(where, node, hnids_of(all));
    std::uint64_t size = 0;
    for (const auto& [tag, value] : all) {
        size += (tag & 0xFFFF) == 0x000D ? u32_at(value.bytes, 4) : value.bytes.size();
    }
    expect(integer_of(all, 0x0E200003) == size, where + ": PidTagAttachSize");
    if (const auto object = all.find(0x3701000D); object != all.end()) {
        const std::uint32_t nid = u32_at(object->second.bytes, 0);
        const RawNode content = subnodes(node.sub).at(nid);
        expect(u32_at(object->second.bytes, 4) == size_of(content), where + ": size of object");
        if ((nid & 0x1F) == 4) {
            check_message(where + ": inner message", content);
        }
    }
}

void RawStore::check_message(const std::string& where, const RawNode& node) {
    const RawProperties all = properties(node);
    for (const std::uint32_t tag : {0x001A001FU, 0x0E070003U, 0x0E080003U, 0x0E170003U, 0x30070040U,
                                    0x30080040U, 0x300B0102U}) {
        expect(all.contains(tag), fmt::format("{}: no {:#010x}", where, tag));
    }
    expect(integer_of(all, 0x0E080003) == size_of(node), where + ": PidTagMessageSize");
    const auto subs = subnodes(node.sub);
    std::set<std::uint32_t> used = hnids_of(all);
    used.insert({0x692, 0x671});
    expect(subs.contains(0x692), where + ": no recipient table");
    const RawTable recipients = table(subs.at(0x692));
    for (const auto& [id, row] : recipients.rows) {
        check_version(where, row);
        expect(integer_of(row, 0x67F20003) == id, where + ": row id of a recipient");
    }
    check_subnodes_used(where + ": recipients", subs.at(0x692), hnids_of(recipients));
    std::size_t attachments = 0;
    if (subs.contains(0x671)) {
        const RawTable rows = table(subs.at(0x671));
        attachments = rows.rows.size();
        for (const auto& [nid, row] : rows.rows) {
            used.insert(nid);
            check_attachment(fmt::format("{}: attachment {:#x}", where, nid), subs.at(nid), row,
                             rows);
        }
        check_subnodes_used(where + ": attachments", subs.at(0x671), hnids_of(rows));
    }
    expect(((integer_of(all, 0x0E070003) & 0x10) != 0) == (attachments != 0),
           where + ": flag for attachments");
    check_subnodes_used(where, node, used);
}

void RawStore::check_contents(std::uint32_t folder, std::uint32_t table_type,
                              std::uint32_t message_type) {
    const std::uint32_t nid = (folder & ~0x1FU) | table_type;
    const RawTable rows = table(node(nid));
    const std::string where = fmt::format("table {:#x}", nid);
    check_subnodes_used(where, node(nid), hnids_of(rows));
    std::uint32_t unread = 0;
    std::set<std::uint32_t> children;
    for (const auto& [child, entry] : pst_.nodes()) {
        if (entry.parent == folder && (child & 0x1F) == message_type) {
            children.insert(child);
        }
    }
    for (const auto& [child, row] : rows.rows) {
        expect(children.erase(child) == 1, fmt::format("{}: row {:#x} has no node", where, child));
        check_row(fmt::format("{}: row {:#x}", where, child), row, properties(node(child)), rows);
        check_message(fmt::format("message {:#x}", child), node(child));
        unread += (integer_of(row, 0x0E070003) & 1) == 0 ? 1 : 0;
        expect(row.contains(0x0E170003), where + ": a row has no PidTagMessageStatus");
        expect(message_type != 4 || row.contains(0x30130102),
               where + ": a row has no PidTagConversationId");
    }
    expect(children.empty(), where + ": a message has no row");
    if (message_type == 4) {
        const RawProperties all = properties(node(folder));
        expect(integer_of(all, 0x36020003) == rows.rows.size(), where + ": PidTagContentCount");
        expect(integer_of(all, 0x36030003) == unread, where + ": PidTagContentUnreadCount");
    }
}

void RawStore::check_folder(std::uint32_t nid) {
    const std::uint32_t table_nid = (nid & ~0x1FU) | 0xD;
    const RawTable rows = table(node(table_nid));
    const std::string where = fmt::format("table {:#x}", table_nid);
    std::set<std::uint32_t> children;
    for (const auto& [child, entry] : pst_.nodes()) {
        const std::uint32_t type = child & 0x1F;
        if (entry.parent == nid && child != nid && (type == 2 || type == 3)) {
            children.insert(child);
        }
    }
    const RawProperties own = properties(node(nid));
    expect(own.at(0x360A000B).bytes == std::string(1, children.empty() ? '\0' : '\1'),
           where + ": PidTagSubfolders");
    for (const auto& [child, row] : rows.rows) {
        expect(children.erase(child) == 1, where + ": a row has no folder");
        check_row(fmt::format("{}: row {:#x}", where, child), row, properties(node(child)), rows);
    }
    expect(children.empty(), where + ": a folder has no row");
    check_heap(where, data(node(table_nid).data));
    check_contents(nid, 0xE, 4);
    check_contents(nid, 0xF, 8);
}

void RawStore::check_names() {
    const RawProperties map = properties(node(0x61));
    const std::string& entries = map.at(0x00030102).bytes;
    const std::string& strings = map.at(0x00040102).bytes;
    std::size_t in_buckets = 0;
    for (const auto& [tag, value] : map) {
        in_buckets += tag >> 16 >= 0x1000 ? value.bytes.size() / 8 : 0;
    }
    expect(in_buckets == entries.size() / 8, "names: buckets and entries differ in number");
    for (std::size_t at = 0; at < entries.size(); at += 8) {
        std::string record = entries.substr(at, 8);
        expect(u16_at(record, 6) == at / 8, "names: wPropIdx");
        std::uint32_t key = u32_at(record, 0);
        if ((u16_at(record, 4) & 1) != 0) {
            const std::string name = strings.substr(key + 4, u32_at(strings, key));
            key = base::pst_crc32(base::as_bytes(name));
            for (std::size_t i = 0; i < 4; ++i) {
                record[i] = static_cast<char>(key >> (8 * i));
            }
        }
        const std::uint32_t bucket = (key ^ u16_at(record, 4)) % 251;
        const auto found = map.find((0x1000 + bucket) << 16 | 0x0102);
        expect(found != map.end() && found->second.bytes.find(record) != std::string::npos,
               fmt::format("names: entry {} is not in bucket {}", at / 8, bucket));
    }
}

std::vector<std::string> RawStore::problems() {
    problems_ = ndb_problems_;
    versions_.clear();
    try {
        for (const std::uint32_t nid : nids_of_type(2)) {
            check_folder(nid);
        }
        check_names();
    } catch (const std::exception& error) {
        problems_.emplace_back(error.what());
    }
    return problems_;
}

}  // namespace mbx::test
