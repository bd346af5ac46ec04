#include "migration/salvage.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/byte_source.hpp"
#include "base/error.hpp"

namespace mbx::migration {
namespace {

/// Empty when it can be read to its end.
std::string damage_of(const base::ByteSource& source) {
    try {
        base::for_each_piece(source, [](base::ByteView /*piece*/) {});
        return {};
    } catch (const Error& error) {
        if (error.code() != ErrorCode::BadData) {
            throw;
        }
        return error.what();
    }
}

std::string damage_of(const mapi::Value& value) {
    const auto* source = std::get_if<base::SharedSource>(&value);
    return source == nullptr ? std::string() : damage_of(**source);
}

std::string damage_of(const mapi::PropertyBag& bag) {
    for (const auto& [id, typed] : bag.fixed()) {
        if (std::string damage = damage_of(typed.value); !damage.empty()) {
            return fmt::format("property {:#06x}: {}", id, damage);
        }
    }
    for (const auto& [name, named] : bag.named()) {
        if (std::string damage = damage_of(named.value); !damage.empty()) {
            return "a named property: " + damage;
        }
    }
    return {};
}

void leave_out_unreadable(mapi::PropertyBag& bag) {
    std::vector<mapi::PropertyTag> tags;
    for (const auto& [id, typed] : bag.fixed()) {
        if (!damage_of(typed.value).empty()) {
            tags.push_back({id, typed.type});
        }
    }
    std::vector<mapi::PropertyName> names;
    for (const auto& [name, named] : bag.named()) {
        if (!damage_of(named.value).empty()) {
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

std::string find_damage(const mapi::Message& message) {
    std::string damage = message.damage;
    if (damage.empty()) {
        damage = damage_of(message.properties);
    }
    for (const mapi::Attachment& attachment : message.attachments) {
        if (damage.empty()) {
            damage = damage_of(attachment.properties);
        }
        if (damage.empty() && attachment.embedded != nullptr) {
            damage = find_damage(*attachment.embedded);
        }
    }
    return damage;
}

void leave_out_unreadable(mapi::Message& message) {
    leave_out_unreadable(message.properties);
    for (mapi::Attachment& attachment : message.attachments) {
        leave_out_unreadable(attachment.properties);
        if (attachment.data != nullptr && !damage_of(*attachment.data).empty()) {
            attachment.data = nullptr;
        }
        if (attachment.embedded != nullptr) {
            leave_out_unreadable(*attachment.embedded);
        }
    }
}

}  // namespace mbx::migration
