// Property contexts (L8), checked while they are opened.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "mapi/property_tag.hpp"
#include "mapi/value.hpp"
#include "pst/check/heap_rules.hpp"
#include "pst/check/object.hpp"
#include "pst/ltp/records.hpp"

namespace mbx::pst::check {

/// Bytes of a value, wherever they are.
struct StoredValue {
    mapi::PropertyType type = mapi::PropertyType::Unspecified;
    std::uint32_t raw = 0;  ///< dwValueHnid
};

class PropertyContext {
  public:
    /// nullopt when the object is no property context or damaged; that has been reported. The
    /// object must outlive it.
    static std::optional<PropertyContext> open(Object& object, Reporter& reporter);

    /// Ascending by identifier.
    const std::map<std::uint16_t, StoredValue>& values() const noexcept { return values_; }
    /// Null when absent, or there under another type.
    const StoredValue* find(mapi::PropertyTag tag) const noexcept;
    bool contains(mapi::PropertyTag tag) const noexcept { return find(tag) != nullptr; }

    /// Text of 8 bits a character where all text is UTF-16.
    bool ansi_text_in_unicode(mapi::PropertyType type) const noexcept;
    /// L8 when the property is there under another type.
    void expect_type(mapi::PropertyTag tag, Reporter& reporter) const;

    /// nullopt when it cannot be read. Inline values in their own size.
    std::optional<Bytes> bytes(const StoredValue& value) const;
    std::optional<Bytes> bytes(mapi::PropertyTag tag) const;
    /// The data of the subnode that holds the value; none when it is held otherwise.
    Bid data_of(const StoredValue& value) const;
    /// As PidTagAttachSize and PidTagMessageSize of old count it: of an object its size field.
    std::optional<std::uint64_t> size(const StoredValue& value) const;
    std::optional<std::int32_t> integer(mapi::PropertyTag tag) const;
    /// UTF-8, subject marker included; 8-bit text as Latin-1.
    std::optional<std::string> text(mapi::PropertyTag tag) const;
    /// {NID, size} of a PtypObject value.
    std::optional<ltp::OBJECTVALUE> object_value(mapi::PropertyTag tag) const;

  private:
    PropertyContext(Heap heap, Object& object) : heap_(std::move(heap)), object_(&object) {}
    void check_value(std::uint16_t id, const StoredValue& value, Reporter& reporter);
    void check_content(const StoredValue& value, const PlaceOf& place, Reporter& reporter) const;

    Heap heap_;
    Object* object_;
    std::map<std::uint16_t, StoredValue> values_;
};

/// L8 of what lies behind an HNID: size and form. Booleans and the like are no such value.
void check_stored_value(mapi::PropertyType type, ByteView content, const PlaceOf& place,
                        Reporter& reporter);

/// The bytes behind an HNID of a property context or table; nullopt when it leads nowhere. 0: none.
std::optional<Bytes> read_hnid(const Heap& heap, const Object& object, ltp::Hnid hnid);

/// "PidTagSubject (0x0037001f)".
std::string describe(mapi::PropertyTag tag);

}  // namespace mbx::pst::check
