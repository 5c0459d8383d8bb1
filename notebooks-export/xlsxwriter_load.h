/* libxlsxwriter, loaded when a workbook is wanted and not linked: it brings OpenSSL along, and loading the two took longer
 * than everything else that a small run does. After this header its functions are called by their own names. */
#ifndef CSI_NOTEBOOKS_EXPORT_XLSXWRITER_LOAD_H
#define CSI_NOTEBOOKS_EXPORT_XLSXWRITER_LOAD_H

#include <xlsxwriter.h>

#include "core/diag.h"

typedef struct csi_xlsxwriter {
#define CALL(name) __typeof__(&name) name;
#include "notebooks-export/xlsxwriter_calls.def"
#undef CALL
} csi_xlsxwriter;

/* Filled by csi_xlsxwriter_load, which may be called again and must have succeeded before any use. */
extern csi_xlsxwriter csi_xlsx;

/* Fails with CSI_ERR_SYSTEM when the library is not installed, or is another one. Not reentrant. */
CSI_MUST_USE csi_status csi_xlsxwriter_load(csi_diag *diag);

#ifndef CSI_XLSXWRITER_PLAIN_NAMES
#define chart_add_series csi_xlsx.chart_add_series
#define chart_axis_set_max csi_xlsx.chart_axis_set_max
#define chart_axis_set_min csi_xlsx.chart_axis_set_min
#define chart_axis_set_name csi_xlsx.chart_axis_set_name
#define chart_axis_set_reverse csi_xlsx.chart_axis_set_reverse
#define chart_legend_set_position csi_xlsx.chart_legend_set_position
#define chart_series_set_categories csi_xlsx.chart_series_set_categories
#define chart_series_set_fill csi_xlsx.chart_series_set_fill
#define chart_series_set_line csi_xlsx.chart_series_set_line
#define chart_series_set_name_range csi_xlsx.chart_series_set_name_range
#define chart_series_set_values csi_xlsx.chart_series_set_values
#define chart_title_set_name csi_xlsx.chart_title_set_name
#define format_set_align csi_xlsx.format_set_align
#define format_set_bold csi_xlsx.format_set_bold
#define format_set_bottom csi_xlsx.format_set_bottom
#define format_set_indent csi_xlsx.format_set_indent
#define format_set_num_format csi_xlsx.format_set_num_format
#define format_set_text_wrap csi_xlsx.format_set_text_wrap
#define lxw_strerror csi_xlsx.lxw_strerror
#define workbook_add_chart csi_xlsx.workbook_add_chart
#define workbook_add_format csi_xlsx.workbook_add_format
#define workbook_add_worksheet csi_xlsx.workbook_add_worksheet
#define workbook_close csi_xlsx.workbook_close
#define workbook_new csi_xlsx.workbook_new
#define workbook_set_properties csi_xlsx.workbook_set_properties
#define worksheet_autofilter csi_xlsx.worksheet_autofilter
#define worksheet_conditional_format_range csi_xlsx.worksheet_conditional_format_range
#define worksheet_fit_to_pages csi_xlsx.worksheet_fit_to_pages
#define worksheet_freeze_panes csi_xlsx.worksheet_freeze_panes
#define worksheet_insert_chart_opt csi_xlsx.worksheet_insert_chart_opt
#define worksheet_repeat_columns csi_xlsx.worksheet_repeat_columns
#define worksheet_repeat_rows csi_xlsx.worksheet_repeat_rows
#define worksheet_set_column csi_xlsx.worksheet_set_column
#define worksheet_set_footer csi_xlsx.worksheet_set_footer
#define worksheet_set_landscape csi_xlsx.worksheet_set_landscape
#define worksheet_set_paper csi_xlsx.worksheet_set_paper
#define worksheet_set_row csi_xlsx.worksheet_set_row
#define worksheet_write_number csi_xlsx.worksheet_write_number
#define worksheet_write_string csi_xlsx.worksheet_write_string
#endif

#endif
