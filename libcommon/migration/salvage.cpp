#include "migration/salvage.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>
#include <vector>

#include "base/byte_source.hpp"
#include "base/error.hpp"
#include "base/spool.hpp"
#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

/// A value up to where it can be read.
struct Readable {
    base::SharedSource start;
    std::string damage;  // why there is no more; empty when that is all of it
};

Readable read_as_far_as_possible(const base::ByteSource& source) {
    Readable result;
    base::Spool spool;
    base::Bytes buffer(64 * 1024);
    std::unique_ptr<base::ByteReader> reader;
    // Only what reading throws: a spool that cannot be written is no damage.
    const auto read = [&]() -> std::size_t {
        try {
            if (reader == nullptr) {
                reader = source.open();
            }
            return reader->read(buffer);
        } catch (const Error& error) {
            if (!is_about_one_message(error)) {
                throw;
            }
            result.damage = error.what();
            return 0;
        }
    };
    while (const std::size_t count = read()) {
        spool.write(base::ByteView(buffer).first(count));
    }
    result.start = spool.take();
    return result;
}

const base::SharedSource* source_in(const mapi::Value& value) {
    return std::get_if<base::SharedSource>(&value);
}

std::string damage_of(const mapi::Value& value) {
    const base::SharedSource* const source = source_in(value);
    return source == nullptr ? std::string() : read_as_far_as_possible(**source).damage;
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
            bag.set(mapi::PropertyTag{id, typed.type}, read_as_far_as_possible(**source).start);
        }
    }
    for (const auto& [name, named] : all.named()) {
        if (const auto* source = source_in(named.value)) {
            bag.set(name, named.type, read_as_far_as_possible(**source).start);
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
            attachment.data = read_as_far_as_possible(*attachment.data).start;
        }
        if (attachment.embedded != nullptr) {
            cut_off_damage(*attachment.embedded);
        }
    }
}

}  // namespace mbx::migration
