#include "pst/ndb/writer.hpp"

#include <fmt/format.h>

#include <cstring>

#include "base/error.hpp"
#include "base/file.hpp"
#include "pst/ndb/block_writer.hpp"
#include "pst/ndb/btree_builder.hpp"
#include "pst/ndb/header.hpp"
#include "pst/ndb/nid_counters.hpp"
#include "pst/ndb/node_list.hpp"
#include "pst/ndb/seal.hpp"
#include "pst/ndb/section_file.hpp"
#include "pst/ndb/tree_writer.hpp"

namespace mbx::pst::ndb {
namespace {

constexpr std::uint64_t kEntriesSize = sizeof(BtPageUnicode::rgentries);
constexpr std::uint64_t kNodesPerPage = kEntriesSize / sizeof(NbtEntryUnicode);

}  // namespace

struct NdbWriter::State {
    State(const std::string& path, const NdbWriterOptions& wanted)
        : options(wanted),
          file(base::File::create(path)),
          sections(file, options.max_file_size),
          blocks(sections, options.crypt) {
        sections.skip(options.skip_sections);
    }

    NdbWriterOptions options;
    base::File file;
    SectionFile sections;
    BlockWriter blocks;
    NodeList nodes;
    NidCounters nids;
    NidCounters nids_at_checkpoint;
    std::uint64_t next_page = 4;

    Bref write_page(PageType type, const BtPageUnicode& page);
    Bref write_bbt();
    Bref write_nbt();
    void write_density_list();
    void write_header(Bref nbt, Bref bbt, std::uint32_t unique);
};

Bref NdbWriter::State::write_page(PageType type, const BtPageUnicode& page) {
    const SectionFile::Place place = sections.take_page();
    const Bref at{Bid{next_page++}, place.ib};
    std::memcpy(place.bytes.data(), &page, sizeof page);
    seal_page(place.bytes, type, at);
    return at;
}

Bref NdbWriter::State::write_bbt() {
    BtreeBuilder tree(PageType::Bbt, [this](PageType type, const BtPageUnicode& page) {
        return write_page(type, page);
    });
    blocks.drain(
        [&](const BbtEntryUnicode& entry) { tree.add(entry.BREF.bid, base::record_bytes(entry)); });
    return tree.finish();
}

Bref NdbWriter::State::write_nbt() {
    BtreeBuilder tree(PageType::Nbt, [this](PageType type, const BtPageUnicode& page) {
        return write_page(type, page);
    });
    nodes.drain(
        [&](const NbtEntryUnicode& entry) { tree.add(entry.nid, base::record_bytes(entry)); });
    return tree.finish();
}

// Valid and empty: [MS-PST] 2.2.2.7.4 makes it a help for the allocator, and Outlook's own small
// files have no entries in it either.
void NdbWriter::State::write_density_list() {
    DListPageUnicode list{};
    seal_page(std::as_writable_bytes(std::span(&list, 1)), PageType::DList,
              {Bid{next_page++}, Ib{kDListOffset}});
    file.write_at(kDListOffset, base::record_bytes(list));
}

void NdbWriter::State::write_header(Bref nbt, Bref bbt, std::uint32_t unique) {
    Header header;
    header.crypt = options.crypt;
    header.file_size = sections.size();
    header.last_amap = Ib{section_offset(sections.sections() - 1)};
    header.amap_free = sections.free_bytes();
    header.nbt = nbt;
    header.bbt = bbt;
    header.next_block = blocks.next();
    header.next_page = Bid{next_page};
    header.unique = unique;
    header.nid_counters = nids.values();
    header.first_fmap = sections.free_bytes_of_first_maps();
    header.first_fpmap.fill(0xFF);  // deprecated; what Outlook leaves there
    file.write_at(0, base::record_bytes(encode_header(header)));
}

NdbWriter::NdbWriter(const std::string& path, const NdbWriterOptions& options)
    : state_(std::make_unique<State>(path, options)) {}
NdbWriter::~NdbWriter() = default;

DataTree NdbWriter::add_data(base::ByteView bytes) {
    return add_data(*base::memory_source(base::to_bytes(bytes)));
}

DataTree NdbWriter::add_data(const base::ByteSource& source) {
    const auto reader = source.open();
    return write_data_tree(state_->blocks, *reader);
}

Bid NdbWriter::add_subnodes(std::span<const SubnodeEntry> entries) {
    const Bid bid = write_subnode_tree(state_->blocks, entries);
    for (const SubnodeEntry& entry : entries) {
        state_->nids.reserve(entry.nid);
    }
    return bid;
}

Nid NdbWriter::allocate(NidType type) {
    return state_->nids.allocate(type);
}

void NdbWriter::reserve(Nid nid) {
    state_->nids.reserve(nid);
}

void NdbWriter::add_node(Nid nid, Bid data, Bid sub, Nid parent) {
    NbtEntryUnicode entry{};
    entry.nid = nid.value;
    entry.bidData = data.value;
    entry.bidSub = sub.value;
    entry.nidParent = parent.value;
    state_->blocks.own(data);
    state_->blocks.own(sub);
    state_->nodes.add(entry);
    state_->nids.reserve(nid);
    state_->blocks.keep_pages(most_tree_pages(state_->nodes.count(), kNodesPerPage));
}

void NdbWriter::checkpoint() {
    state_->blocks.checkpoint();
    state_->nodes.checkpoint();
    state_->nids_at_checkpoint = state_->nids;
}

void NdbWriter::roll_back() {
    state_->blocks.roll_back();
    state_->nodes.roll_back();
    state_->nids = state_->nids_at_checkpoint;
}

std::uint64_t NdbWriter::size_so_far() const noexcept {
    return state_->sections.size();
}

void NdbWriter::finish(std::uint32_t unique) {
    State& s = *state_;
    const Bref bbt = s.write_bbt();
    const Bref nbt = s.write_nbt();
    s.sections.finish();
    s.write_density_list();
    s.file.sync();
    s.write_header(nbt, bbt, unique);
    s.file.sync();
    s.file.close();
}

}  // namespace mbx::pst::ndb
