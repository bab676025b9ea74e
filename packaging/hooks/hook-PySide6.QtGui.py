"""Qt's plugins, less some that would bring libraries nothing else in the program needs."""

from PyInstaller.utils.hooks.qt import add_qt6_dependencies

UNUSED = (
    "egldeviceintegrations",  # these show windows without a desktop, as do the next four
    *("qeglfs", "qlinuxfb", "qminimal", "qvkkhrdisplay"),
    *("qevdev", "qlibinput"),  # keyboard and mouse without a desktop
    "qgtk3",  # GTK; the window has a style of its own
    "qtuiotouchplugin",  # Qt Network; touch screens that send over a network
    "qtvirtualkeyboardplugin",  # Qt Quick; on-screen keyboards of the system work without it
    "qvnc",  # Qt Network; windows shown over a network
)

hiddenimports, binaries, datas = add_qt6_dependencies(__file__)
binaries = [each for each in binaries if not any(name in each[0] for name in UNUSED)]
