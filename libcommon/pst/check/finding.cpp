#include "pst/check/finding.hpp"

#include <fmt/format.h>

namespace mbx::pst::check {

Place at_offset(std::uint64_t offset) {
    Place place;
    place.offset = offset;
    return place;
}

Place at_node(ndb::Nid nid) {
    Place place;
    place.node = nid;
    return place;
}

Place at_block(ndb::Bid bid, std::uint64_t offset) {
    Place place;
    place.block = bid;
    place.offset = offset;
    return place;
}

std::string to_string(const Place& place) {
    std::string text;
    const auto add = [&text](const std::string& part) {
        text += (text.empty() ? "" : ", ") + part;
    };
    if (place.node) {
        add("node " + ndb::to_string(*place.node));
    }
    if (place.subnode) {
        add("subnode " + ndb::to_string(*place.subnode));
    }
    if (place.block) {
        add("block " + ndb::to_string(*place.block));
    }
    if (place.offset) {
        text += text.empty() ? hex(*place.offset) : " at " + hex(*place.offset);
    }
    if (!place.detail.empty()) {
        add(place.detail);
    }
    return text;
}

std::string message_of(const Finding& finding) {
    if (finding.expected.empty()) {
        return finding.text;
    }
    return fmt::format("{} is {}, expected {}", finding.text, finding.found, finding.expected);
}

void Reporter::report(const Finding& finding) {
    ++counts_.at(static_cast<std::size_t>(finding.severity));
    sink_(finding);
}

void Reporter::report(std::string_view rule_id, Place place, std::string text) {
    const Rule& broken = rule(rule_id);
    report(Finding{&broken, broken.severity, std::move(place), std::move(text), {}, {}});
}

void Reporter::report(std::string_view rule_id, Place place, std::string field, std::string found,
                      std::string expected) {
    const Rule& broken = rule(rule_id);
    report(Finding{&broken, broken.severity, std::move(place), std::move(field), std::move(found),
                   std::move(expected)});
}

std::string hex(std::uint64_t value) {
    return fmt::format("{:#x}", value);
}
std::string hex32(std::uint32_t value) {
    return fmt::format("{:#010x}", value);
}

}  // namespace mbx::pst::check
