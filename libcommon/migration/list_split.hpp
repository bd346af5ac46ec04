// A recipient list cut into several, for several machines.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mbx::migration {

struct ListPart {
    std::string path;
    std::size_t recipients = 0;
};

/// Writes the pending recipients of a list, in order, into `count` lists beside it: staff-1.csv,
/// staff-2.csv, ... of staff.csv. Their lengths differ by one at most; the list itself stays as it
/// is. Throws Error: what RecipientList::read() and base::replace_file() throw; CannotCreate when
/// one of the new lists exists, with none written.
std::vector<ListPart> split_list(const std::string& path, std::size_t count);

}  // namespace mbx::migration
