#include "pst/message_cursor.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "pst/ltp/table_reader.hpp"
#include "pst/message_reader.hpp"

namespace mbx::pst {
namespace {

using ndb::Nid;
using ndb::NidType;

/// What both ways of finding messages share: reading the one that was come to.
class Cursor : public MessageCursor {
  public:
    explicit Cursor(std::shared_ptr<const StoreContext> context) : context_(std::move(context)) {}

    mapi::Message message() override {
        const auto node = context_->file()->find_node(current_);
        if (!node) {
            throw Error(ErrorCode::BadData, "is in its folder's table, but has no node")
                .with_place(place_of_message(current_));
        }
        return read_message_node(*context_, *node);
    }

  protected:
    std::shared_ptr<const StoreContext> context_;
    Nid current_;
};

class TableCursor final : public Cursor {
  public:
    TableCursor(std::shared_ptr<const StoreContext> context, const ndb::Node& table,
                std::string place)
        : Cursor(std::move(context)),
          table_(context_->file(), table.data, table.sub),
          place_(std::move(place)) {}

    std::optional<Nid> next() override {
        try {
            const auto row = table_.next_row();
            if (!row) {
                return std::nullopt;
            }
            current_ = Nid{row->id};
            return current_;
        } catch (Error& error) {
            error.with_place(place_);
            throw;
        }
    }

  private:
    ltp::TableReader table_;
    std::string place_;
};

/// Goes through all nodes of the file.
class NodeCursor final : public Cursor {
  public:
    NodeCursor(std::shared_ptr<const StoreContext> context, Nid folder, NidType type)
        : Cursor(std::move(context)), folder_(folder), type_(type) {}

    std::optional<Nid> next() override {
        for (auto node = from(next_); node; node = from(next_)) {
            next_ = std::uint64_t{node->nid.value} + 1;
            if (node->nid.type() == type_ && node->parent == folder_) {
                current_ = node->nid;
                return current_;
            }
        }
        return std::nullopt;
    }

  private:
    std::optional<ndb::Node> from(std::uint64_t nid) const {
        return nid > 0xFFFFFFFF
                   ? std::nullopt
                   : context_->file()->first_node_from(Nid{static_cast<std::uint32_t>(nid)});
    }

    Nid folder_;
    NidType type_;
    std::uint64_t next_ = 0;
};

class EmptyCursor final : public MessageCursor {
  public:
    std::optional<Nid> next() override { return std::nullopt; }
    mapi::Message message() override {
        throw Error(ErrorCode::Internal, "message() before next() came to one");
    }
};

}  // namespace

std::unique_ptr<MessageCursor> no_messages() {
    return std::make_unique<EmptyCursor>();
}

std::unique_ptr<MessageCursor> open_messages(std::shared_ptr<const StoreContext> context,
                                             Nid folder, NidType table) {
    const bool associated = table == NidType::AssociatedContentsTable;
    const std::string place = fmt::format("folder {}, {}contents table", to_string(folder),
                                          associated ? "associated " : "");
    try {
        if (const auto node = context->file()->find_node(folder.with_type(table))) {
            return std::make_unique<TableCursor>(context, *node, place);
        }
        context->report(base::Severity::Warning, "missing-table", place,
                        "is missing; the messages are found without it");
    } catch (const Error& error) {
        context->report(base::Severity::Error, "damaged-table", place,
                        fmt::format("{}; the messages are found without it", error.what()));
    }
    return std::make_unique<NodeCursor>(
        std::move(context), folder,
        associated ? NidType::AssociatedMessage : NidType::NormalMessage);
}

std::string place_of_message(Nid nid) {
    return "message " + to_string(nid);
}

mapi::Message read_message_node(const StoreContext& context, const ndb::Node& node) {
    const std::string place = place_of_message(node.nid);
    try {
        mapi::Message message = read_message(node.data, node.sub, place, context);
        message.associated = node.nid.type() == NidType::AssociatedMessage;
        return message;
    } catch (Error& error) {
        error.with_place(place);
        throw;
    }
}

}  // namespace mbx::pst
