/* SPDX-License-Identifier: MIT */
/*
 * sal.h - Microsoft's source annotations, all empty.
 *
 * Prototypes here and in <directx/d3d12.h> carry them; no compiler on Linux reads them. The
 * old lower-case forms (__in, __out) are left out: the C++ library uses those names.
 */
#ifndef NTSHM_SAL_H
#define NTSHM_SAL_H

#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(n)
#define _In_reads_opt_(n)
#define _In_reads_z_(n)
#define _In_reads_opt_z_(n)
#define _In_reads_bytes_(n)
#define _In_reads_bytes_opt_(n)
#define _In_reads_or_z_(n)
#define _In_range_(low, high)
#define _In_count_(n)
#define _In_opt_count_(n)
#define _In_bytecount_(n)
#define _In_opt_bytecount_(n)

#define _Out_
#define _Out_opt_
#define _Out_writes_(n)
#define _Out_writes_opt_(n)
#define _Out_writes_z_(n)
#define _Out_writes_opt_z_(n)
#define _Out_writes_all_(n)
#define _Out_writes_all_opt_(n)
#define _Out_writes_to_(n, count)
#define _Out_writes_to_opt_(n, count)
#define _Out_writes_bytes_(n)
#define _Out_writes_bytes_opt_(n)
#define _Out_writes_bytes_all_(n)
#define _Out_writes_bytes_all_opt_(n)
#define _Out_writes_bytes_to_(n, count)
#define _Out_writes_bytes_to_opt_(n, count)
#define _Out_range_(low, high)

#define _Inout_
#define _Inout_opt_
#define _Inout_z_
#define _Inout_opt_z_
#define _Inout_updates_(n)
#define _Inout_updates_opt_(n)
#define _Inout_updates_bytes_(n)
#define _Inout_updates_bytes_opt_(n)

#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Outptr_opt_result_maybenull_
#define _Outptr_opt_result_z_
#define _Outptr_result_nullonfailure_
#define _Outptr_result_bytebuffer_(n)
#define _Outptr_opt_result_bytebuffer_(n)
#define _COM_Outptr_
#define _COM_Outptr_opt_
#define _COM_Outptr_result_maybenull_
#define _COM_Outptr_opt_result_maybenull_

#define _Ret_maybenull_
#define _Ret_notnull_
#define _Ret_range_(low, high)
#define _Field_size_(n)
#define _Field_size_opt_(n)
#define _Field_size_bytes_(n)
#define _Field_size_bytes_opt_(n)
#define _Field_size_full_(n)
#define _Field_size_full_opt_(n)
#define _Field_size_bytes_full_(n)
#define _Field_size_bytes_full_opt_(n)
#define _Field_size_bytes_part_(n, count)
#define _Field_size_part_(n, count)
#define _Field_range_(low, high)
#define _Field_z_
#define _Struct_size_bytes_(n)

#define _Check_return_
#define _Must_inspect_result_
#define _Success_(expr)
#define _Return_type_success_(expr)
#define _Translates_Win32_to_HRESULT_(expr)
#define _When_(expr, annotation)
#define _At_(target, annotation)
#define _Always_(annotation)
#define _Pre_
#define _Post_
#define _Pre_valid_
#define _Pre_maybenull_
#define _Post_invalid_
#define _Post_equals_last_error_
#define _Maybenull_
#define _Notnull_
#define _Null_terminated_
#define _NullNull_terminated_
#define _Reserved_
#define _Frees_ptr_
#define _Frees_ptr_opt_
#define _Use_decl_annotations_
#define _Analysis_assume_(expr)
#define _Printf_format_string_
#define _Inexpressible_(expr)
#define _IRQL_requires_(irql)
#define _IRQL_requires_min_(irql)
#define _IRQL_requires_max_(irql)
#define __analysis_assume(expr)

#endif
