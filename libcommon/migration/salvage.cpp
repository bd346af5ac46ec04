#include "migration/salvage.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>
#include <vector>

#include "base/byte_source.hpp"
#include "base/spool.hpp"
#include "migration/partial_reader.hpp"

namespace mbx::migration {
namespace {

/// Empty when the source can be read to its end.
std::string damage_of(const base::ByteSource& source) {
    PartialReader reader(source);
    base::Bytes buffer(64 * 1024);
    while (reader.read(buffer) > 0) {
    }
    return reader.damage();
}

base::SharedSource readable_start(const base::ByteSource& source) {
    PartialReader reader(source);
    base::Bytes buffer(64 * 1024);
    base::Spool spool;
    while (const std::size_t count = reader.read(buffer)) {
        spool.write(base::ByteView(buffer).first(count));
    }
    return spool.take();
}

const base::SharedSource* source_in(const mapi::Value& value) {
    return std::get_if<base::SharedSource>(&value);
}

std::string damage_of(const mapi::Value& value) {
    const base::SharedSource* const source = source_in(value);
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

void cut_off_damage(mapi::PropertyBag& bag) {
    const mapi::PropertyBag all = bag;
    for (const auto& [id, typed] : all.fixed()) {
        if (const auto* source = source_in(typed.value)) {
            bag.set(mapi::PropertyTag{id, typed.type}, readable_start(**source));
        }
    }
    for (const auto& [name, named] : all.named()) {
        if (const auto* source = source_in(named.value)) {
            bag.set(name, named.type, readable_start(**source));
        }
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

void cut_off_damage(mapi::Message& message) {
    cut_off_damage(message.properties);
    for (mapi::Attachment& attachment : message.attachments) {
        cut_off_damage(attachment.properties);
        if (attachment.data != nullptr) {
            attachment.data = readable_start(*attachment.data);
        }
        if (attachment.embedded != nullptr) {
            cut_off_damage(*attachment.embedded);
        }
    }
}

}  // namespace mbx::migration
