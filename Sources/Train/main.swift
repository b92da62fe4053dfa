import CAllocation
import Commands

ca_report_failures()
Program.standard.main()
