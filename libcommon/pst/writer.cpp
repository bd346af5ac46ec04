#include "pst/writer.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"
#include "mapi/tags.hpp"
#include "pst/folder_tree.hpp"
#include "pst/folder_writer.hpp"
#include "pst/message_writer.hpp"
#include "pst/store_writer.hpp"

namespace mbx::pst {
namespace {

constexpr std::uint32_t kRead = 1;  // PidTagMessageFlags, [MS-OXCMSG] 2.2.1.6

const std::string& require_free(const std::string& path) {
    if (std::filesystem::exists(std::filesystem::symlink_status(path))) {
        throw Error(ErrorCode::CannotCreate, "the file exists already",
                    "a PST is never overwritten: name another one, or remove it")
            .with_place(path);
    }
    return path;
}

StoreIdentity make_identity(std::string display_name, base::IdSource& ids) {
    StoreIdentity identity;
    identity.display_name = std::move(display_name);
    identity.record_key = ids.next_guid();
    identity.replica = ids.next_guid();
    return identity;
}

bool is_unread(PropertyList& row) {
    const ltp::StoredProperty* flags = find(row, mapi::PidTagMessageFlags);
    const auto value = base::read_record<base::le32>(std::get<base::Bytes>(flags->value));
    return (value & kRead) == 0;
}

}  // namespace

struct PstWriter::State {
    State(const std::string& target, PstWriterOptions options, const base::Clock& clock,
          base::IdSource& ids)
        : path(target),
          part(require_free(target)),
          ndb(part.path(), {.crypt = options.crypt, .max_file_size = options.max_file_size}),
          identity(make_identity(std::move(options.display_name), ids)),
          tree(options.ipm_subtree_name, options.deleted_items_name),
          messages(ndb, names, versions, empty_tables.of(ndb::kNidRecipientTable), clock, ids) {
        for (const auto& [nid, folder] : tree.all()) {
            reserve_tables(nid);
        }
    }

    // The counters of a folder's tables go up together with that of folders.
    void reserve_tables(ndb::Nid folder) {
        if (folder.type() == ndb::NidType::NormalFolder && folder != ndb::kNidRootFolder) {
            ndb.reserve(folder);
            ndb.reserve(folder.with_type(ndb::NidType::HierarchyTable));
            ndb.reserve(folder.with_type(ndb::NidType::ContentsTable));
            ndb.reserve(folder.with_type(ndb::NidType::AssociatedContentsTable));
        }
    }

    void require_open() const {
        if (finished || broken) {
            throw Error(ErrorCode::Internal, finished ? "the file is finished already"
                                                      : "the file cannot be completed any more")
                .with_place(path);
        }
    }

    Added add(ndb::Nid folder_nid, const mapi::Message& message);

    std::string path;
    base::PartFile part;
    ndb::NdbWriter ndb;
    StoreIdentity identity;
    NamedPropertyMap names;
    RowVersions versions;
    EmptyTables empty_tables;
    RowSpool rows;
    FolderTree tree;
    MessageWriter messages;
    bool finished = false;
    bool appending = false;  // to the rows: what fails then cannot be undone
    bool broken = false;
};

PstWriter::Added PstWriter::State::add(ndb::Nid folder_nid, const mapi::Message& message) {
    StoreFolder& folder = tree.at(folder_nid);
    RowSpool::Table& table = message.associated ? folder.associated : folder.messages;
    const ndb::Nid nid = ndb.allocate(message.associated ? ndb::NidType::AssociatedMessage
                                                         : ndb::NidType::NormalMessage);
    MessageWriter::Written written = messages.write(message);
    RowSpool::check_room(table, written.row);
    ndb.add_node(nid, written.node.data.bid, written.node.sub, folder_nid);
    appending = true;
    rows.append(table, nid.value, written.row);
    appending = false;
    folder.unread += !message.associated && is_unread(written.row) ? 1U : 0U;
    return {nid, written.node.size};
}

PstWriter::PstWriter(const std::string& path, PstWriterOptions options, const base::Clock& clock,
                     base::IdSource& ids)
    : state_(std::make_unique<State>(path, std::move(options), clock, ids)) {}

PstWriter::~PstWriter() = default;

ndb::Nid PstWriter::add_folder(ndb::Nid parent, const mapi::Folder& folder) {
    State& s = *state_;
    s.require_open();
    if (folder.special == mapi::SpecialFolder::DeletedItems) {
        s.tree.set_deleted_items(folder);
        return deleted_items();
    }
    s.ndb.checkpoint();
    const ndb::Nid nid = s.ndb.allocate(ndb::NidType::NormalFolder);
    try {
        s.tree.add(nid, parent, folder);
    } catch (...) {
        s.ndb.roll_back();
        throw;
    }
    s.reserve_tables(nid);
    return nid;
}

PstWriter::Added PstWriter::add(ndb::Nid folder, const mapi::Message& message) {
    State& s = *state_;
    s.require_open();
    check_holdable(message);
    s.ndb.checkpoint();
    EmptyTable& shared = s.empty_tables.of(ndb::kNidRecipientTable);
    const EmptyTable shared_before = shared;
    s.broken = true;  // until the file has the message, or is as it was
    try {
        const Added added = s.add(folder, message);
        s.broken = false;
        return added;
    } catch (...) {
        s.ndb.roll_back();
        shared = shared_before;
        s.broken = s.appending;
        throw;
    }
}

std::uint64_t PstWriter::size_so_far() const noexcept {
    return state_->ndb.size_so_far();
}

void PstWriter::finish() {
    State& s = *state_;
    s.require_open();
    s.broken = true;
    FolderWriter(s.ndb, s.names, s.versions, s.empty_tables, s.rows)
        .write(s.tree, s.identity.record_key);
    write_store_nodes(s.ndb, s.identity, s.tree.special(), s.names, s.empty_tables, s.versions);
    s.ndb.finish(s.versions.unique());
    s.broken = false;
    s.finished = true;
}

const std::string& PstWriter::part_path() const noexcept {
    return state_->part.path();
}

void PstWriter::close() {
    State& s = *state_;
    if (!s.finished) {
        finish();
    }
    require_free(s.path);  // nobody may have put a file there in the meantime
    s.part.publish();
}

}  // namespace mbx::pst
