// A PST in memory, with messages that cannot be read where a test wants them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "mapi/tags.hpp"
#include "pst/reader.hpp"

namespace mbx::test {

class FakePst final : public pst::PstReader {
  public:
    struct Item {
        std::string message_id;
        std::string message_class = "IPM.Note";
        bool unreadable = false;
        std::function<void(mapi::Message&)> change = nullptr;  ///< of what make() makes
    };
    struct Folder {
        pst::PstFolder info;
        std::vector<Item> items;
        bool unopenable = false;
    };

    FakePst() {
        Folder top;
        top.info.nid = pst::ndb::kNidIpmSubtree;
        top.info.parent = pst::ndb::kNidRootFolder;
        top.info.folder.display_name = "Top";
        all.push_back(top);
    }

    /// Messages "<first@x>" to "<last@x>".
    Folder& add(const std::string& name, int first, int last,
                mapi::SpecialFolder special = mapi::SpecialFolder::None,
                pst::ndb::Nid parent = pst::ndb::kNidIpmSubtree) {
        Folder folder;
        folder.info.nid = pst::ndb::Nid::make(pst::ndb::NidType::NormalFolder,
                                              0x1000 + static_cast<std::uint32_t>(all.size()));
        folder.info.parent = parent;
        folder.info.folder.display_name = name;
        folder.info.folder.special = special;
        folder.info.below_ipm_subtree = true;
        for (int n = first; n <= last; ++n) {
            folder.items.push_back({"<" + std::to_string(n) + "@x>"});
        }
        folder.info.message_count = folder.items.size();
        all.push_back(std::move(folder));
        return all.back();
    }

    pst::PstInfo info() const override {
        pst::PstInfo result;
        result.is_verified = verified;
        return result;
    }
    std::vector<pst::PstFolder> folders() override {
        std::vector<pst::PstFolder> result;
        for (const Folder& folder : all) {
            result.push_back(folder.info);
        }
        return result;
    }
    std::unique_ptr<pst::MessageCursor> messages(pst::ndb::Nid folder) override;
    std::unique_ptr<pst::MessageCursor> associated_messages(pst::ndb::Nid /*folder*/) override {
        throw Error(ErrorCode::NoInput, "none");
    }
    mapi::Message message(pst::ndb::Nid /*nid*/) override {
        throw Error(ErrorCode::NoInput, "none");
    }
    mapi::PropertyBag store_properties() override { return {}; }

    static mapi::Message make(const Item& item) {
        mapi::Message message;
        message.properties.set(mapi::PidTagMessageClass, item.message_class);
        message.properties.set(mapi::PidTagInternetMessageId, item.message_id);
        message.properties.set(mapi::PidTagSubject, "Subject of " + item.message_id);
        message.properties.set(mapi::PidTagBody, "Body of " + item.message_id + "\r\n");
        message.properties.set(mapi::PidTagMessageDeliveryTime,
                               *base::to_file_time(base::UnixTime{1'700'000'000}));
        if (item.change) {
            item.change(message);
        }
        return message;
    }

    std::vector<Folder> all;
    bool verified = true;
};

class FakeCursor final : public pst::MessageCursor {
  public:
    FakeCursor(std::uint32_t folder, std::vector<FakePst::Item> items)
        : folder_(folder), items_(std::move(items)) {}

    std::optional<pst::ndb::Nid> next() override {
        if (at_ == items_.size()) {
            return std::nullopt;
        }
        const auto index = static_cast<std::uint32_t>(folder_ * 1000 + at_++);
        return pst::ndb::Nid::make(pst::ndb::NidType::NormalMessage, index);
    }
    mapi::Message message() override {
        const FakePst::Item& item = items_[at_ - 1];
        if (item.unreadable) {
            throw Error(ErrorCode::BadData, "damaged block");
        }
        return FakePst::make(item);
    }

  private:
    std::uint32_t folder_;
    std::vector<FakePst::Item> items_;
    std::size_t at_ = 0;
};

inline std::unique_ptr<pst::MessageCursor> FakePst::messages(pst::ndb::Nid folder) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].info.nid == folder && all[i].unopenable) {
            throw Error(ErrorCode::BadData, "damaged table");
        }
        if (all[i].info.nid == folder) {
            return std::make_unique<FakeCursor>(static_cast<std::uint32_t>(i), all[i].items);
        }
    }
    throw Error(ErrorCode::NoInput, "no such folder");
}

}  // namespace mbx::test
