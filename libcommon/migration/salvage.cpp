#include "migration/salvage.hpp"

#include <vector>

#include "base/byte_source.hpp"
#include "base/error.hpp"

namespace mbx::migration {
namespace {

bool is_readable(const base::ByteSource& source) {
    try {
        base::for_each_piece(source, [](base::ByteView /*piece*/) {});
        return true;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::BadData) {
            throw;
        }
        return false;
    }
}

bool is_readable(const mapi::Value& value) {
    const auto* source = std::get_if<base::SharedSource>(&value);
    return source == nullptr || is_readable(**source);
}

void leave_out_unreadable(mapi::PropertyBag& bag) {
    std::vector<mapi::PropertyTag> tags;
    for (const auto& [id, typed] : bag.fixed()) {
        if (!is_readable(typed.value)) {
            tags.push_back({id, typed.type});
        }
    }
    std::vector<mapi::PropertyName> names;
    for (const auto& [name, named] : bag.named()) {
        if (!is_readable(named.value)) {
            names.push_back(name);
        }
    }
    for (const mapi::PropertyTag tag : tags) {
        bag.erase(tag);
    }
    for (const mapi::PropertyName& name : names) {
        bag.erase(name);
    }
}

}  // namespace

void leave_out_unreadable(mapi::Message& message) {
    leave_out_unreadable(message.properties);
    for (mapi::Attachment& attachment : message.attachments) {
        leave_out_unreadable(attachment.properties);
        if (attachment.data != nullptr && !is_readable(*attachment.data)) {
            attachment.data = nullptr;
        }
        if (attachment.embedded != nullptr) {
            leave_out_unreadable(*attachment.embedded);
        }
    }
}

}  // namespace mbx::migration
