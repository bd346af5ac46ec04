// Properties of appointments and meeting messages ([MS-OXOCAL] 2.2.1 to 2.2.9).
#pragma once

#include <cstdint>

#include "mapi/property_tag.hpp"

namespace mbx::convert::calendar {

inline constexpr mapi::PropertyTag PidTagOwnerAppointmentId{0x0062, mapi::PropertyType::Integer32};
inline constexpr mapi::PropertyTag PidTagResponseRequested{0x0063, mapi::PropertyType::Boolean};
inline constexpr mapi::PropertyTag PidTagReplyRequested{0x0C17, mapi::PropertyType::Boolean};
inline constexpr mapi::PropertyTag PidTagProcessed{0x7D01, mapi::PropertyType::Boolean};

// PSETID_Appointment
inline constexpr std::uint32_t kSequence = 0x8201;
inline constexpr std::uint32_t kBusyStatus = 0x8205;
inline constexpr std::uint32_t kLocation = 0x8208;
inline constexpr std::uint32_t kStart = 0x820D;
inline constexpr std::uint32_t kEnd = 0x820E;
inline constexpr std::uint32_t kDuration = 0x8213;
inline constexpr std::uint32_t kAllDay = 0x8215;
inline constexpr std::uint32_t kRecurrence = 0x8216;
inline constexpr std::uint32_t kStateFlags = 0x8217;
inline constexpr std::uint32_t kResponseStatus = 0x8218;
inline constexpr std::uint32_t kReplyTime = 0x8220;
inline constexpr std::uint32_t kRecurring = 0x8223;
inline constexpr std::uint32_t kIntendedBusyStatus = 0x8224;
inline constexpr std::uint32_t kReplaceTime = 0x8228;
inline constexpr std::uint32_t kRecurrenceType = 0x8231;
inline constexpr std::uint32_t kZoneStruct = 0x8233;
inline constexpr std::uint32_t kZoneDescription = 0x8234;
inline constexpr std::uint32_t kClipStart = 0x8235;
inline constexpr std::uint32_t kClipEnd = 0x8236;
inline constexpr std::uint32_t kAllAttendees = 0x8238;
inline constexpr std::uint32_t kToAttendees = 0x823B;
inline constexpr std::uint32_t kCcAttendees = 0x823C;
inline constexpr std::uint32_t kProposedStart = 0x8250;
inline constexpr std::uint32_t kProposedEnd = 0x8251;
inline constexpr std::uint32_t kProposedDuration = 0x8256;
inline constexpr std::uint32_t kIsCounterProposal = 0x8257;
inline constexpr std::uint32_t kNoCounterProposal = 0x825A;
inline constexpr std::uint32_t kStartZone = 0x825E;
inline constexpr std::uint32_t kEndZone = 0x825F;
inline constexpr std::uint32_t kRecurrenceZone = 0x8260;
inline constexpr std::uint32_t kInboundIcal = 0x827A;     ///< the bytes of a text/calendar part
inline constexpr std::uint32_t kSingleBodyIcal = 0x827B;  ///< that was all of the mail
// PSETID_Common
inline constexpr std::uint32_t kReminderMinutes = 0x8501;
inline constexpr std::uint32_t kReminderTime = 0x8502;
inline constexpr std::uint32_t kReminderSet = 0x8503;
inline constexpr std::uint32_t kCommonStart = 0x8516;
inline constexpr std::uint32_t kCommonEnd = 0x8517;
inline constexpr std::uint32_t kReminderSignalTime = 0x8560;
// PSETID_Meeting
inline constexpr std::uint32_t kAttendeeCriticalChange = 0x0001;
inline constexpr std::uint32_t kWhere = 0x0002;
inline constexpr std::uint32_t kGlobalObjectId = 0x0003;
inline constexpr std::uint32_t kIsRecurring = 0x0005;
inline constexpr std::uint32_t kIsException = 0x000A;
inline constexpr std::uint32_t kOwnerCriticalChange = 0x001A;
inline constexpr std::uint32_t kCleanGlobalObjectId = 0x0023;
inline constexpr std::uint32_t kMeetingType = 0x0026;

// kStateFlags
inline constexpr std::int32_t kIsMeeting = 0x1;
inline constexpr std::int32_t kIsReceived = 0x2;
inline constexpr std::int32_t kIsCancelled = 0x4;

}  // namespace mbx::convert::calendar
