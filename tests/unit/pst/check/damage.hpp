// Damages: for each rule of the checker, ways to break it and nothing else in a sound PST.
#pragma once

#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "unit/pst/check/patient.hpp"

namespace mbx::test {

struct Damage {
    std::string rule;
    std::string what;
    std::function<void(Patient&)> inflict;
    std::set<std::string> also = {};  ///< rules that cannot but break with it
    Sample sample = Sample::Small;
    bool through_libpff = false;
    bool info = false;  ///< it is told as an info, though the rule is more severe
};

/// What nothing reads, or Outlook's own files have as well.
inline Damage told_as_info(Damage damage) {
    damage.info = true;
    return damage;
}

std::ostream& operator<<(std::ostream& stream, const Damage& damage);

std::vector<Damage> header_damages();
std::vector<Damage> allocation_damages();
std::vector<Damage> tree_damages();
std::vector<Damage> heap_damages();
std::vector<Damage> store_damages();
std::vector<Damage> message_damages();

/// All of them.
std::vector<Damage> damages();

}  // namespace mbx::test
