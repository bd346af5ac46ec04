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

class FolderCursor final : public MessageCursor {
  public:
    FolderCursor(std::shared_ptr<const StoreContext> context, Nid table, std::string place,
                 FolderContents contents)
        : context_(std::move(context)),
          table_nid_(table),
          place_(std::move(place)),
          contents_(std::move(contents)),
          unlisted_(contents_.unlisted.begin()) {}

    std::optional<Nid> next() override {
        if (!row_) {
            row_ = next_row();
        }
        const bool has_unlisted = unlisted_ != contents_.unlisted.end();
        if (row_ && (!has_unlisted || *row_ < *unlisted_)) {
            current_ = *row_;
            row_.reset();
        } else if (has_unlisted) {
            current_ = *unlisted_++;
        } else {
            return std::nullopt;
        }
        return current_;
    }

    mapi::Message message() override {
        const auto node = context_->file()->find_node(current_);
        if (!node) {
            throw Error(ErrorCode::BadData, "is in its folder's table, but has no node")
                .with_place(place_of_message(current_));
        }
        return read_message_node(*context_, *node);
    }

  private:
    std::optional<Nid> next_row() {
        if (rows_ == contents_.listed) {
            return std::nullopt;
        }
        try {
            open_table();
            if (const auto row = table_->next_row()) {
                ++rows_;
                return Nid{row->id};
            }
        } catch (Error& error) {
            error.with_place(place_);
            throw;
        }
        throw Error(ErrorCode::BadData, "has lost rows while it was read").with_place(place_);
    }

    void open_table() {
        if (table_) {
            return;
        }
        const auto node = context_->file()->find_node(table_nid_);
        if (!node) {
            throw Error(ErrorCode::BadData, "is missing");
        }
        table_.emplace(context_->file(), node->data, node->sub);
    }

    std::shared_ptr<const StoreContext> context_;
    Nid table_nid_;
    std::string place_;
    FolderContents contents_;
    std::optional<ltp::TableReader> table_;
    std::uint64_t rows_ = 0;  // read from the table
    std::optional<Nid> row_;  // the next one
    std::vector<Nid>::const_iterator unlisted_;
    Nid current_;
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
                                             Nid folder, NidType table, FolderContents contents) {
    return std::make_unique<FolderCursor>(std::move(context), folder.with_type(table),
                                          place_of_contents(folder.with_type(table)),
                                          std::move(contents));
}

std::string place_of_message(Nid nid) {
    return "message " + to_string(nid);
}

mapi::Message read_message_node(const StoreContext& context, const ndb::Node& node) {
    const std::string place = place_of_message(node.nid);
    try {
        context.take_error();  // of something else
        mapi::Message message = read_message(node.data, node.sub, place, context);
        message.damage = context.take_error();
        message.associated = node.nid.type() == NidType::AssociatedMessage;
        return message;
    } catch (Error& error) {
        error.with_place(place);
        throw;
    }
}

}  // namespace mbx::pst
